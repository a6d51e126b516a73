package dev.penstock.storage.table;

import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Batches, in the LOG space. Key {@code stream id 4B | base offset 8B}; the value is the batch as the replicator encoded
 * it, unchanged. What was trimmed is no longer in the other tables; its rows may still lie here until their space is given
 * back, which each node does for itself: nothing may be decided by whether one is here.
 */
public final class LogTable {

    private LogTable() {}

    public static byte[] key(int streamId, long baseOffset) {
        byte[] key = new byte[12];
        RowKey.putInt(key, 0, streamId);
        RowKey.putLong(key, 4, baseOffset);
        return key;
    }

    /** Batches that lie wholly below the offset, which a batch begins at or the stream ends at. */
    public static KeyRange below(int streamId, long offset) {
        return new KeyRange(key(streamId, 0), key(streamId, offset));
    }

    public static byte @Nullable [] get(KeyReader reader, int streamId, long baseOffset) {
        return reader.get(Space.LOG, key(streamId, baseOffset));
    }

    /** At the stream's end, where no batch can be yet. */
    public static void append(Transaction tx, int streamId, long baseOffset, byte[] batch) {
        tx.insertKnownAbsent(Space.LOG, key(streamId, baseOffset), batch);
    }

    /** Without reading it: it may have 16 MiB. */
    public static void delete(Transaction tx, int streamId, long baseOffset) {
        tx.deleteUnread(Space.LOG, key(streamId, baseOffset));
    }
}
