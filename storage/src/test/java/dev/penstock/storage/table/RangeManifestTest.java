package dev.penstock.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.codec.Mutation;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StreamState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeManifestTest {

    private final InMemoryStore store = new InMemoryStore();

    /** Batches that claim many events, so that ranges fill without millions of rows. */
    private void batch(long base, int events, int lsn) {
        byte[] batch = BatchCodec.encode(Batches.transaction("main", SourcePosition.ORIGIN, 1, lsn, 2));
        store.write(new Changes()
                .put(Space.LOG, LogTable.key(1, base), batch)
                .put(
                        Space.STATE,
                        BatchFacts.key(1, base),
                        new BatchFacts(base, events, batch.length, 1, 2, 3, 4, List.of()).encode()));
    }

    private void stream(long end) {
        store.write(new Changes()
                .put(
                        Space.STATE,
                        StreamTable.key(1),
                        StreamTable.encode(new StreamState(1, "main", 0, end, 100, 99, Retention.UNLIMITED))));
    }

    @Test
    void shouldCutRangesByOffsetOnly() {
        int half = (int) RangeManifest.RANGE_EVENTS / 2;
        batch(0, half, 10);
        batch(half, half + 5, 20);
        batch(2L * half + 5, 10, 30);
        stream(2L * half + 15);

        List<RangeManifest.Range> before =
                RangeManifest.of(store).streams().get(0).ranges();
        batch(2L * half + 15, 1, 40);
        stream(2L * half + 16);
        List<RangeManifest.Range> after =
                RangeManifest.of(store).streams().get(0).ranges();

        assertThat(before).hasSize(2);
        assertThat(before.get(0).to()).isEqualTo(2L * half + 5);
        assertThat(after.get(0)).isEqualTo(before.get(0));
        assertThat(after.get(1)).isNotEqualTo(before.get(1));
    }

    @Test
    void shouldGiveBackWhatItWasGiven() {
        batch(0, 7, 10);
        stream(7);
        RangeManifest manifest = RangeManifest.of(store);

        assertThat(RangeManifest.decode(manifest.encode())).isEqualTo(manifest);
        assertThat(manifest.streams().get(0).chain()).isEqualTo(99);
    }

    @Test
    void shouldFindAMissingBatch() {
        batch(0, 7, 10);
        stream(7);
        store.write(new Changes().delete(Space.LOG, LogTable.key(1, 0)));

        assertThatThrownBy(() -> RangeManifest.of(store)).isInstanceOf(BrokenStateException.class);
    }

    @Test
    void shouldFailOnlyInItsOwnWords() {
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        Random random = new Random(seed);
        batch(0, 7, 10);
        stream(7);
        byte[] encoded = RangeManifest.of(store).encode();
        byte[] newer = encoded.clone();
        newer[2] = 2;
        assertThatThrownBy(() -> RangeManifest.decode(newer)).isInstanceOf(UnknownFormatException.class);
        for (int round = 0; round < 2000; round++) {
            byte[] mutated = Mutation.of(random, encoded);
            try {
                RangeManifest.decode(mutated);
                assertThat(mutated).as("seed " + seed).isEqualTo(encoded);
            } catch (StoredFormatException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }
}
