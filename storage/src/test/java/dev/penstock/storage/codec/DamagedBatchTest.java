package dev.penstock.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.penstock.storage.model.EventBatch;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Every released batch, damaged at every place, with and without a checksum that fits: a typed failure or a batch that can
 * be read to its end, and nothing else. By chance: {@link BatchCodecTest#shouldFailOnlyInItsOwnWords}.
 */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class DamagedBatchTest {

    /** The first bytes of a long batch have all that is special; the rest repeats. */
    private static byte[] sample(GoldenBatches.Sample sample) {
        EventBatch batch = sample.batch();
        return BatchCodec.encode(
                batch.size() > 20 ? Batches.transaction("main", batch.header().previous(), 1, 100, 20) : batch);
    }

    @Test
    void shouldFailOnlyInItsOwnWordsWhereverItIsDamaged() {
        for (GoldenBatches.Sample sample : GoldenBatches.all()) {
            Mutation.each(sample(sample), bytes -> {
                attempt(sample.name(), bytes);
                if (bytes.length >= 8) {
                    attempt(sample.name(), BatchCodecTest.resealed(bytes));
                }
            });
        }
    }

    private static void attempt(String name, byte[] bytes) {
        try {
            int count = BatchCodec.header(bytes).eventCount();
            BatchCodec.columns(bytes);
            EventBatch batch = BatchCodec.decode(bytes);
            for (int i = 0; i < count; i++) {
                assertThat(batch.event(i).record()).isNotNull();
            }
        } catch (StoredFormatException expected) {
            assertThat(expected).hasMessageMatching("(?s).*(restore|run a version).*");
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new AssertionError(
                    "expected a typed failure of " + name + ", damaged to "
                            + HexFormat.of().formatHex(bytes),
                    e);
        }
    }

    @Test
    void shouldNotUnpackMoreThanItWasTold() {
        byte[] batch = BatchCodec.encode(Batches.transaction("main", Batches.position(1, 99, 0), 1, 100, 200));
        ByteReader lengths = new ByteReader("test", batch, 8, 16);
        int bodiesAt = 28 + lengths.i32() + lengths.i32();
        byte[] bomb = Zstd.compress(new byte[BatchCodec.MAX_BODY_BYTES]);
        byte[] forged = new ByteWriter(bodiesAt + bomb.length)
                .raw(batch, 0, bodiesAt)
                .raw(bomb)
                .setI32(16, bomb.length)
                .sealed(4);

        assertThatThrownBy(() -> BatchCodec.decode(forged)).isInstanceOf(CorruptDataException.class);
    }
}
