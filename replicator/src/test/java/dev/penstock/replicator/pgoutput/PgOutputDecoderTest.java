package dev.penstock.replicator.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.model.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PgOutputDecoderTest {

    private static final Lsn COMMIT = Lsn.parse("16/B374D848");
    private static final Lsn END = Lsn.parse("16/B374D880");

    private static PgOutputMessage decode(byte[] message) throws MalformedMessageException {
        // in the middle of a larger array, as it comes off the wire
        byte[] framed = new byte[message.length + 7];
        System.arraycopy(message, 0, framed, 5, message.length);
        return PgOutputDecoder.decode(framed, 5, 5 + message.length);
    }

    private static String text(Tuple tuple, int column) {
        return new String(
                tuple.bytes(), tuple.start(column), tuple.end(column) - tuple.start(column), StandardCharsets.UTF_8);
    }

    @Test
    void shouldDecodeBytesOfARealServer() throws MalformedMessageException {
        // given: captured from 18.6, table public.t(id int primary key, a text)
        byte[] relation = HexFormat.of()
                .parseHex("52000040087075626c6963007400640002" + "0169640000000017ffffffff" + "00610000000019ffffffff");
        byte[] insert = HexFormat.of().parseHex("49000040084e0002" + "740000000131" + "740000000178");

        // when
        Relation decoded = (Relation) decode(relation);
        PgOutputMessage.Insert row = (PgOutputMessage.Insert) decode(insert);

        // then
        assertThat(decoded)
                .isEqualTo(new Relation(
                        0x4008,
                        "public",
                        "t",
                        Relation.Identity.DEFAULT,
                        List.of(new Relation.Column("id", true, 23), new Relation.Column("a", false, 25))));
        assertThat(row.relation()).isEqualTo(0x4008);
        assertThat(text(row.row(), 0)).isEqualTo("1");
        assertThat(text(row.row(), 1)).isEqualTo("x");
    }

    @Test
    void shouldDecodeTheFrameOfATransaction() throws MalformedMessageException {
        assertThat(decode(PgOutputBytes.begin(COMMIT, 1_700_000_000_123_456L, -5)))
                .isEqualTo(new PgOutputMessage.Begin(COMMIT, 1_700_000_000_123_456L, -5));
        assertThat(decode(PgOutputBytes.commit(COMMIT, END, 7))).isEqualTo(new PgOutputMessage.Commit(COMMIT, END, 7));
        assertThat(decode(PgOutputBytes.origin(COMMIT, "o1"))).isEqualTo(new PgOutputMessage.Origin(COMMIT, "o1"));
        assertThat(decode(PgOutputBytes.type(99, "", "int4"))).isEqualTo(new PgOutputMessage.Type(99, "", "int4"));
    }

    @Test
    void shouldTellNullUnchangedAndEmptyApart() throws MalformedMessageException {
        // when
        PgOutputMessage.Update update =
                (PgOutputMessage.Update) decode(PgOutputBytes.update(7, null, PgOutputBytes.UNCHANGED, ""));

        // then
        assertThat(update.old()).isNull();
        Tuple row = update.row();
        assertThat(row.size()).isEqualTo(3);
        assertThat(row.isNull(0)).isTrue();
        assertThat(row.isUnchanged(1)).isTrue();
        assertThat(row.isNull(2) || row.isUnchanged(2)).isFalse();
        assertThat(text(row, 2)).isEmpty();
    }

    @Test
    void shouldTellKeyFromFullOldRows() throws MalformedMessageException {
        PgOutputMessage.Update byKey =
                (PgOutputMessage.Update) decode(PgOutputBytes.update(7, 'K', new String[] {"1", null}, "2", "b"));
        PgOutputMessage.Delete full = (PgOutputMessage.Delete) decode(PgOutputBytes.delete(7, 'O', "1", "a"));
        assertThat(byKey.oldIsKey()).isTrue();
        assertThat(text(byKey.row(), 0)).isEqualTo("2");
        assertThat(full.oldIsKey()).isFalse();
        assertThat(text(full.old(), 1)).isEqualTo("a");
    }

    @Test
    void shouldDecodeTruncatesAndMessages() throws MalformedMessageException {
        PgOutputMessage.Truncate truncate = (PgOutputMessage.Truncate) decode(PgOutputBytes.truncate(1, -2, 3));
        PgOutputMessage.Logical logical =
                (PgOutputMessage.Logical) decode(PgOutputBytes.logical(false, END, "p", new byte[] {9, 8}));
        assertThat(truncate.relations()).containsExactly(1, -2, 3);
        assertThat(logical.transactional()).isFalse();
        assertThat(logical.lsn()).isEqualTo(END);
        assertThat(logical.prefix()).isEqualTo("p");
        assertThat(Arrays.copyOfRange(logical.bytes(), logical.start(), logical.end()))
                .containsExactly(9, 8);
    }

    @Test
    void shouldNameTheCatalogSchema() throws MalformedMessageException {
        Relation relation = (Relation) decode(PgOutputBytes.relation(7, "", "pg_class", 'n', List.of()));
        assertThat(relation.schema()).isEqualTo("pg_catalog");
    }

    @Test
    void shouldRefuseWhatProtocolOneDoesNotHave() {
        for (char tag : "ScAEbPKrp?".toCharArray()) {
            assertThatThrownBy(() -> decode(new byte[] {(byte) tag, 0, 0, 0, 1}))
                    .isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> decode(new byte[0])).isInstanceOf(MalformedMessageException.class);
        byte[] trailing = Arrays.copyOf(PgOutputBytes.origin(END, "o"), 12);
        assertThatThrownBy(() -> decode(trailing))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("bytes follow");
        byte[] binary = PgOutputBytes.insert(1, "x");
        binary[8] = 'b';
        assertThatThrownBy(() -> decode(binary)).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void shouldOnlyFailTypedWhateverTheBytesAre() {
        // given
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> messages = List.of(
                PgOutputBytes.begin(COMMIT, 1, 2),
                PgOutputBytes.commit(COMMIT, END, 1),
                PgOutputBytes.relation(
                        7,
                        "public",
                        "t",
                        'd',
                        List.of(new Relation.Column("id", true, 23), new Relation.Column("a", false, 25))),
                PgOutputBytes.type(99, "s", "mood"),
                PgOutputBytes.insert(7, "1", null, PgOutputBytes.UNCHANGED, "text"),
                PgOutputBytes.update(7, 'O', new String[] {"1", "a"}, "2", "b"),
                PgOutputBytes.delete(7, 'K', "1", null),
                PgOutputBytes.truncate(7, 8, 9),
                PgOutputBytes.logical(true, END, "prefix", new byte[] {1, 2, 3}),
                PgOutputBytes.origin(COMMIT, "o"));
        int refused = 0;

        // when
        for (int i = 0; i < 200_000; i++) {
            byte[] message = mutated(messages.get(random.nextInt(messages.size())), random);
            try {
                decode(message);
            } catch (MalformedMessageException expected) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", message " + HexFormat.of().formatHex(message), e);
            }
        }

        // then
        assertThat(refused).as("seed " + seed).isGreaterThan(10_000);
    }

    private static byte[] mutated(byte[] message, SplittableRandom random) {
        byte[] changed =
                Arrays.copyOf(message, random.nextInt(4) == 0 ? random.nextInt(message.length + 3) : message.length);
        int count = random.nextInt(4);
        for (int i = 0; i < count && changed.length > 0; i++) {
            changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xff);
        }
        return changed;
    }
}
