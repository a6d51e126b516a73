package dev.penstock.storage.model;

import java.util.List;

/**
 * A batch as stored: its encoded bytes, unchanged since the replicator made them, and the side record that apply wrote.
 *
 * @param encoded batch bytes (docs/stored-format.md); not to be changed
 * @param stampMillis log time of the append
 * @param wallMillis wall-clock time of the append, for people
 * @param maxCommitMicros running maximum of commit time over the stream up to this batch, microseconds since 1970 UTC
 * @param chain the stream's chained digest including this batch
 * @param duplicates places in the batch, rising, of messages that repeat one sent to their queue before
 */
public record StoredBatch(
        int streamId,
        long baseOffset,
        int eventCount,
        byte[] encoded,
        long stampMillis,
        long wallMillis,
        long maxCommitMicros,
        long chain,
        List<Integer> duplicates) {

    public StoredBatch {
        duplicates = List.copyOf(duplicates);
    }

    /** Without repetitions. */
    public StoredBatch(
            int streamId,
            long baseOffset,
            int eventCount,
            byte[] encoded,
            long stampMillis,
            long wallMillis,
            long maxCommitMicros,
            long chain) {
        this(streamId, baseOffset, eventCount, encoded, stampMillis, wallMillis, maxCommitMicros, chain, List.of());
    }

    public long endOffset() {
        return baseOffset + eventCount;
    }
}
