package dev.penstock.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.MessageColumns;
import dev.penstock.storage.model.MessageFacts;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Released batches. Their bytes give the events they were made of, for ever; and the events give the bytes again, as far as
 * they are ours: another version of zstd may pack the same bodies into other bytes, so of packed bodies only the meaning
 * is held, and with it the two fields that follow from them (checksum, packed length).
 */
class GoldenBatchTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final String DEDUPLICATED = "STORED_DEDUPLICATED";

    private static Map<String, byte[]> golden() {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        for (String line : GoldenFile.lines("batches-v1.txt", GoldenBatchTest::encoded)) {
            String[] words = line.split(" ", 2);
            bytes.put(words[0], HEX.parseHex(words[1]));
        }
        return bytes;
    }

    private static byte[] golden(GoldenBatches.Sample sample) {
        byte[] bytes = golden().get(sample.name());
        assertThat(bytes).as("a golden line of " + sample.name()).isNotNull();
        return bytes;
    }

    private static List<String> encoded() {
        List<String> lines = new ArrayList<>();
        for (GoldenBatches.Sample sample : GoldenBatches.all()) {
            lines.add(sample.name() + " " + HEX.formatHex(BatchCodec.encode(sample.batch())));
        }
        byte[] oneRow = BatchCodec.encode(GoldenBatches.oneRow());
        lines.add(DEDUPLICATED + " " + HEX.formatHex(Batches.deduplicated(oneRow)));
        return lines;
    }

    private static List<ChangeEvent> events(EventBatch batch) {
        List<ChangeEvent> events = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            events.add(batch.event(i));
        }
        return events;
    }

    private static void assertSame(EventBatch seen, EventBatch expected, String name) {
        assertThat(seen.header()).as(name).isEqualTo(expected.header());
        assertThat(events(seen))
                .as(name)
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(events(expected));
        assertThat(seen.bodies()).as(name).isEqualTo(expected.bodies());
    }

    @Test
    void shouldHaveAGoldenLineOfEverySample() {
        List<String> names = new ArrayList<>(
                GoldenBatches.all().stream().map(GoldenBatches.Sample::name).toList());
        names.add(DEDUPLICATED);

        assertThat(golden().keySet()).containsExactlyElementsOf(names);
    }

    @Test
    void shouldReadEveryReleasedBatch() {
        for (GoldenBatches.Sample sample : GoldenBatches.all()) {
            byte[] bytes = golden(sample);

            assertSame(BatchCodec.decode(bytes), sample.batch(), sample.name());
            assertThat(BatchCodec.header(bytes)).isEqualTo(sample.batch().header());
            assertThat(BatchCodec.verify(bytes).header())
                    .isEqualTo(sample.batch().header());
            assertThat(BatchCodec.columns(bytes))
                    .usingRecursiveComparison()
                    .isEqualTo(sample.batch().columns());
        }
    }

    @Test
    void shouldWriteStoredBodiesByteForByte() {
        for (GoldenBatches.Sample sample : GoldenBatches.all()) {
            if (sample.stored()) {
                byte[] bytes = golden(sample);

                assertThat(bytes[3] & 0b11).as(sample.name()).isZero();
                assertThat(HEX.formatHex(BatchCodec.encode(sample.batch())))
                        .as("bytes of " + sample.name() + ": a released format never changes")
                        .isEqualTo(HEX.formatHex(bytes));
            }
        }
    }

    @Test
    void shouldWriteAllButPackedBodiesByteForByte() {
        for (GoldenBatches.Sample sample : GoldenBatches.all()) {
            if (!sample.stored()) {
                byte[] bytes = golden(sample);
                byte[] written = BatchCodec.encode(sample.batch());

                assertThat(bytes[3] & 0b11).as(sample.name()).isEqualTo(1);
                assertThat(HEX.formatHex(beforeBodies(written)))
                        .as("bytes of " + sample.name() + ": a released format never changes")
                        .isEqualTo(HEX.formatHex(beforeBodies(bytes)));
                assertSame(BatchCodec.decode(written), sample.batch(), sample.name());
            }
        }
    }

    /** Frame, header section and index block, without what depends on the packed bodies. */
    private static byte[] beforeBodies(byte[] batch) {
        ByteReader in = new ByteReader("test", batch, 8, 16);
        int end = 28 + in.i32() + in.i32();
        return new ByteWriter(end).raw(batch, 0, end).setI32(4, 0).setI32(16, 0).toBytes();
    }

    /** Of a row: no version writes it so, all must read it. */
    @Test
    void shouldReadADeduplicationFactOfAnyEvent() {
        byte[] bytes = golden().get(DEDUPLICATED);

        assertThat(bytes).isNotNull();
        EventBatch seen = BatchCodec.decode(bytes);
        assertThat(seen.event(0).facts())
                .isEqualTo(new MessageFacts(MessageFacts.NO_DELAY, 0xd5d5_d5d5_d5d5_d5d5L, 0xd5d5_d5d5_d5d5_d5d5L));
        assertSame(
                new EventBatch(seen.header(), seen.columns().with(MessageColumns.NONE), seen.bodies()),
                GoldenBatches.oneRow(),
                DEDUPLICATED);
        assertThat(HEX.formatHex(Batches.deduplicated(BatchCodec.encode(GoldenBatches.oneRow()))))
                .isEqualTo(HEX.formatHex(bytes));
    }

    @Test
    void shouldFreezeTheChecksumOfABatch() {
        byte[] bytes = golden().get("STORED_GAP");

        assertThat(bytes).isNotNull();
        assertThat(BatchCodec.checksum(bytes)).isEqualTo(new ByteReader("test", bytes, 4, 8).i32());
        assertThat(Checksums.around(bytes, 4)).isEqualTo(BatchCodec.checksum(bytes));
    }
}
