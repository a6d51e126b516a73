package dev.penstock.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchCodecTest {

    private final long seed = Long.getLong("penstock.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** Anything that a batch can hold, from a few routes, with holes and repeats in all columns. */
    static EventBatch anyBatch(Random random, int events) {
        List<Route> routes = List.of(
                Batches.ORDERS,
                Route.table("public", "Kunden ä", List.of("a", "b")),
                Route.message("penstock:q:jobs"),
                Route.SOURCE);
        SourcePosition at = Batches.position(random.nextInt(3), random.nextLong() >>> 20, random.nextInt(5));
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", at);
        for (int i = 0; i < events; i++) {
            at = switch (random.nextInt(5)) {
                case 0 -> new SourcePosition(at.epoch() + 1, new Lsn(random.nextLong() >>> 20), random.nextInt(3));
                case 1 -> new SourcePosition(at.epoch(), new Lsn(at.commitLsn().value() + 1 + random.nextInt(900)), 0);
                case 2 -> new SourcePosition(at.epoch(), at.commitLsn(), at.ordinal() + 2);
                default -> new SourcePosition(at.epoch(), at.commitLsn(), at.ordinal() + 1);
            };
            builder.add(new ChangeEvent(
                    at,
                    Action.ofCode(1 + random.nextInt(7)),
                    routes.get(random.nextInt(routes.size())),
                    random.nextInt(3) == 0 ? random.nextLong() >> 8 : 1_700_000_000_000_000L,
                    random.nextInt(3) == 0 ? random.nextInt() : 77,
                    random.nextInt(3) == 0 ? 0 : random.nextLong(),
                    random.nextInt(3) == 0 ? random.nextLong() : 0,
                    random.nextInt(5) == 0,
                    bytes(random, 300),
                    bytes(random, 20),
                    bytes(random, 3),
                    bytes(random, 30)));
            if (random.nextInt(4) == 0) {
                builder.endTransaction(new Lsn(at.commitLsn().value() + 1));
            }
        }
        return builder.build();
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(4));
        }
        return bytes;
    }

    private static String text(ChangeEvent e) {
        return e.position() + " " + e.action() + " " + e.route() + " " + e.commitMicros() + " " + e.xid() + " "
                + e.keyHash() + " " + e.oldKeyHash() + " " + e.barrier() + " " + Arrays.toString(e.record()) + " "
                + Arrays.toString(e.changes()) + " " + Arrays.toString(e.unchanged()) + " "
                + Arrays.toString(e.key());
    }

    private static List<String> events(EventBatch batch) {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            events.add(text(batch.event(i)));
        }
        return events;
    }

    @Test
    void shouldGiveBackWhatItWasGiven() {
        for (int round = 0; round < 200; round++) {
            EventBatch batch = anyBatch(random, 1 + random.nextInt(60));

            byte[] encoded = BatchCodec.encode(batch);

            assertThat(BatchCodec.header(encoded)).as("seed " + seed).isEqualTo(batch.header());
            assertThat(events(BatchCodec.decode(encoded))).as("seed " + seed).isEqualTo(events(batch));
            assertThat(BatchCodec.columns(encoded).bodyStarts())
                    .isEqualTo(batch.columns().bodyStarts());
            assertThat(BatchCodec.verify(encoded).header()).isEqualTo(batch.header());
            assertThat(BatchCodec.encode(BatchCodec.decode(encoded))).isEqualTo(encoded);
        }
    }

    @Test
    void shouldStoreIncompressibleBodiesAsTheyAre() {
        byte[] noise = new byte[100_000];
        random.nextBytes(noise);
        EventBatch batch = oneEvent(noise);

        byte[] encoded = BatchCodec.encode(batch);

        assertThat(encoded.length).isBetween(noise.length, noise.length + 200);
        assertThat(BatchCodec.decode(encoded).event(0).record()).isEqualTo(noise);
    }

    private static EventBatch oneEvent(byte[] record) {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        builder.add(new ChangeEvent(
                Batches.position(1, 5, 0),
                Action.INSERT,
                Batches.ORDERS,
                7,
                1,
                0,
                0,
                false,
                record,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT));
        return builder.build();
    }

    @Test
    void shouldTakeAnEventOfSixteenMebibytes() {
        byte[] record = new byte[16 << 20];
        Arrays.fill(record, (byte) 'x');

        byte[] encoded = BatchCodec.encode(oneEvent(record));

        assertThat(encoded.length).isLessThan(record.length / 100);
        assertThat(BatchCodec.decode(encoded).event(0).record()).isEqualTo(record);
    }

    @Test
    void shouldRefuseBodiesThatNoReaderWouldTake() {
        EventBatch batch = oneEvent(new byte[BatchCodec.MAX_BODY_BYTES]);

        assertThatThrownBy(() -> BatchCodec.encode(batch)).isInstanceOf(IllegalArgumentException.class);
    }

    /** 20 to 30 bytes was the aim: single-row transactions; rows of one transaction take about half. */
    @Test
    void shouldKeepTheIndexSmall() {
        EventBatch.Builder single = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        EventBatch.Builder bulk = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        for (int i = 0; i < 1000; i++) {
            long lsn = 0x1_0000_0000L + i * 424L;
            single.add(event(Batches.position(1, lsn, 0), 1_700_000_000_000_000L + i * 997L, 500_000 + i));
            bulk.add(event(Batches.position(1, 0x1_0000_0000L, i), 1_700_000_000_000_000L, 500_000));
        }

        assertThat(indexBytes(single.build()) / 1000).isBetween(15, 24);
        assertThat(indexBytes(bulk.build()) / 1000).isBetween(10, 13);
    }

    private static ChangeEvent event(SourcePosition position, long micros, int xid) {
        ChangeEvent event = Batches.insert(position, 42, micros);
        return new ChangeEvent(
                position,
                event.action(),
                event.route(),
                micros,
                xid,
                event.keyHash(),
                0,
                false,
                new byte[200],
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                event.key());
    }

    private static int indexBytes(EventBatch batch) {
        return new ByteReader("test", BatchCodec.encode(batch), 12, 16).i32();
    }

    @Test
    void shouldRefuseANewerFormatByName() {
        byte[] encoded = BatchCodec.encode(anyBatch(random, 3));
        encoded[2] = 2;

        assertThatThrownBy(() -> BatchCodec.header(encoded))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("batch format 2");
    }

    @Test
    void shouldReadADeduplicationFact() {
        byte[] encoded = BatchCodec.encode(oneEvent(new byte[] {'{', '}'}));

        EventBatch read = BatchCodec.decode(Batches.deduplicated(encoded));

        assertThat(read.event(0).facts().hasDeduplication()).isTrue();
        assertThat(BatchCodec.encode(read)).isEqualTo(Batches.deduplicated(encoded));
    }

    @Test
    void shouldRefuseAnIndexThatContradictsItsHeader() {
        byte[] encoded = BatchCodec.encode(Batches.transaction("main", SourcePosition.ORIGIN, 1, 100, 5));
        byte[] other = BatchCodec.encode(Batches.transaction("main", SourcePosition.ORIGIN, 1, 101, 5));
        int headerEnd = 28 + new ByteReader("test", encoded, 8, 12).i32();
        assertThat(other).hasSameSizeAs(encoded);
        byte[] mixed = encoded.clone();
        System.arraycopy(other, 0, mixed, 0, headerEnd);
        // Same index (it is relative), other positions: still a batch. With another count of events it is none.
        mixed[27]--;

        assertThatThrownBy(() -> BatchCodec.verify(resealed(mixed))).isInstanceOf(CorruptDataException.class);
    }

    static byte[] resealed(byte[] bytes) {
        return new ByteWriter(bytes.length).raw(bytes).sealed(4);
    }

    /** Whatever happens to the bytes: a typed failure, or (resealed) a batch that can be read to its end. */
    @Test
    void shouldFailOnlyInItsOwnWords() {
        for (int round = 0; round < 4000; round++) {
            byte[] mutated = Mutation.of(random, BatchCodec.encode(anyBatch(random, 1 + random.nextInt(12))));
            attempt(mutated);
            if (mutated.length >= 8) {
                attempt(resealed(mutated));
            }
        }
    }

    private void attempt(byte[] bytes) {
        try {
            BatchHeader header = BatchCodec.header(bytes);
            BatchCodec.columns(bytes);
            EventBatch batch = BatchCodec.decode(bytes);
            assertThat(batch.header()).isEqualTo(header);
            assertThat(events(batch)).hasSize(header.eventCount());
        } catch (StoredFormatException expected) {
            assertThat(expected).as("seed " + seed).hasMessageMatching("(?s).*(restore|run a version).*");
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new AssertionError("expected a typed failure; seed " + seed, e);
        }
    }

    @Test
    void shouldDetectEveryFlippedBit() {
        byte[] encoded = BatchCodec.encode(anyBatch(random, 3));
        for (int bit = 0; bit < encoded.length * 8; bit++) {
            byte[] flipped = encoded.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> BatchCodec.verify(flipped))
                    .as("bit " + bit + ", seed " + seed)
                    .isInstanceOf(StoredFormatException.class);
        }
    }
}
