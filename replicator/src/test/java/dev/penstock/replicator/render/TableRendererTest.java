package dev.penstock.replicator.render;

import static dev.penstock.replicator.pgoutput.PgOutputBytes.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.replicator.pgoutput.MalformedMessageException;
import dev.penstock.replicator.pgoutput.PgOutputBytes;
import dev.penstock.replicator.pgoutput.PgOutputDecoder;
import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.replicator.pgoutput.Relation;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableRendererTest {

    private static final SourcePosition AT = new SourcePosition(1, new Lsn(100), 3);

    private static Relation relation(Relation.Identity identity, boolean... identityColumns) {
        return new Relation(
                7,
                "s",
                "t",
                identity,
                List.of(
                        new Relation.Column("id", identityColumns[0], 23),
                        new Relation.Column("a", identityColumns[1], 25),
                        new Relation.Column("b", identityColumns[2], 25)));
    }

    private static TableRenderer table(Relation relation, boolean deferrable, String... primaryKey) throws Exception {
        return new TableRenderer(relation, List.of(primaryKey), deferrable, Map.of(), new JsonBytes(1 << 16));
    }

    private static ChangeEvent render(TableRenderer table, byte[] message) throws Exception {
        PgOutputMessage.RowChange change =
                (PgOutputMessage.RowChange) PgOutputDecoder.decode(message, 0, message.length);
        return table.render(AT, 5, 6, change);
    }

    private static String json(byte[] fragment) {
        return new String(fragment, StandardCharsets.UTF_8);
    }

    @Test
    void shouldListEveryUnchangedColumn() throws Exception {
        ChangeEvent event = render(
                table(relation(Relation.Identity.DEFAULT, true, false, false), false, "id"),
                PgOutputBytes.update(7, "1", UNCHANGED, UNCHANGED));
        assertThat(json(event.record())).isEqualTo("{\"id\":1}");
        assertThat(json(event.unchanged())).isEqualTo("[\"a\",\"b\"]");
        assertThat(json(event.key())).isEqualTo("{\"id\":1}");
    }

    @Test
    void shouldTakeAnUnchangedKeyColumnFromTheOldKey() throws Exception {
        ChangeEvent event = render(
                table(relation(Relation.Identity.DEFAULT, true, true, false), false, "a", "id"),
                PgOutputBytes.update(7, 'K', new String[] {"1", "long", null}, "2", UNCHANGED, "y"));
        assertThat(json(event.record())).isEqualTo("{\"id\":2,\"a\":\"long\",\"b\":\"y\"}");
        assertThat(json(event.changes())).isEqualTo("{\"id\":1}");
        assertThat(json(event.key())).isEqualTo("{\"a\":\"long\",\"id\":2}");
        assertThat(event.oldKeyHash()).isNotZero().isNotEqualTo(event.keyHash());
        assertThat(event.unchanged()).isEmpty();
    }

    @Test
    void shouldNotCallANullOutsideTheKeyAChange() throws Exception {
        ChangeEvent event = render(
                table(relation(Relation.Identity.DEFAULT, true, false, false), false, "id"),
                PgOutputBytes.update(7, 'K', new String[] {"1", null, null}, "1", "x", "y"));
        assertThat(event.changes()).isEmpty();
        assertThat(event.oldKeyHash()).isZero();
    }

    @Test
    void shouldShowOldNullsUnderFullIdentity() throws Exception {
        ChangeEvent event = render(
                table(relation(Relation.Identity.FULL, true, true, true), false),
                PgOutputBytes.update(7, 'O', new String[] {"1", null, "big"}, "1", "x", UNCHANGED));
        assertThat(json(event.record())).isEqualTo("{\"id\":1,\"a\":\"x\",\"b\":\"big\"}");
        assertThat(json(event.changes())).isEqualTo("{\"a\":null}");
        assertThat(event.key()).isEmpty();
        assertThat(event.keyHash()).isZero();
    }

    @Test
    void shouldFallBackToTheFlagsWhereTheCatalogIsAhead() throws Exception {
        // given: the key's column was renamed after this change
        ChangeEvent event = render(
                table(relation(Relation.Identity.DEFAULT, true, false, false), false, "renamed"),
                PgOutputBytes.insert(7, "1", "x", "y"));
        assertThat(json(event.key())).isEqualTo("{\"id\":1}");
        assertThat(event.route().keyColumns()).containsExactly("id");
    }

    /** Frozen: kept in logs, computed by another program from {"id":1,"a":"x"}. */
    @Test
    void shouldHashACompositeKeyTheSameWhateverTheCatalogSays() throws Exception {
        byte[] insert = PgOutputBytes.insert(7, "1", "x", "y");
        Relation flagged = relation(Relation.Identity.DEFAULT, true, true, false);
        for (TableRenderer table : List.of(
                table(flagged, false, "a", "id"),
                table(flagged, false, "id", "a"),
                table(flagged, false), // the key was dropped since
                table(relation(Relation.Identity.INDEX, true, true, false), false, "a", "id"),
                table(relation(Relation.Identity.FULL, true, true, true), false, "a", "id"),
                table(relation(Relation.Identity.NOTHING, false, false, false), false, "a", "id"))) {
            assertThat(Long.toHexString(render(table, insert).keyHash())).isEqualTo("24c952f1b051f9a4");
        }
        // and: the key is shown in its own order
        assertThat(json(render(table(flagged, false, "a", "id"), insert).key())).isEqualTo("{\"a\":\"x\",\"id\":1}");
        assertThat(json(render(table(flagged, false), insert).key())).isEqualTo("{\"id\":1,\"a\":\"x\"}");
    }

    @Test
    void shouldNotTakeAKeyThatCameLater() throws Exception {
        // given: without flags there was no usable key at the time; a deferrable one may have been there
        Relation none = relation(Relation.Identity.DEFAULT, false, false, false);
        byte[] insert = PgOutputBytes.insert(7, "1", "x", "y");
        assertThat(render(table(none, false, "id"), insert).key()).isEmpty();
        assertThat(json(render(table(none, true, "id"), insert).key())).isEqualTo("{\"id\":1}");
    }

    @Test
    void shouldMarkATruncateAsABarrier() throws Exception {
        ChangeEvent event = table(relation(Relation.Identity.DEFAULT, true, false, false), false, "id")
                .truncate(AT, 5, 6);
        assertThat(event.barrier()).isTrue();
        assertThat(event.record()).isEmpty();
        assertThat(event.keyHash()).isZero();
    }

    @Test
    void shouldRefuseARowOfAnotherShape() throws Exception {
        TableRenderer table = table(relation(Relation.Identity.DEFAULT, true, false, false), false, "id");
        assertThatThrownBy(() -> render(table, PgOutputBytes.insert(7, "1")))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("3 columns of s.t");
    }

    @Test
    void shouldCountAllOfAnEventAgainstItsLimit() throws Exception {
        // given: each part fits, not their sum
        TableRenderer table = new TableRenderer(
                relation(Relation.Identity.FULL, true, true, true),
                List.of("id"),
                false,
                Map.of(),
                new JsonBytes(2_000));
        String old = "x".repeat(1_500);
        assertThatThrownBy(() -> render(
                        table, PgOutputBytes.update(7, 'O', new String[] {"1", old, "b"}, "1", "y".repeat(1_000), "b")))
                .isInstanceOf(EventTooLargeException.class);
    }
}
