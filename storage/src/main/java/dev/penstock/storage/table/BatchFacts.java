package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.StoredBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The side record of each batch: what is known of it only at apply. Key {@code 04 | stream id 4B | base offset 8B}. It is
 * also the index of the LOG space: found without loading a batch.
 *
 * @param batchBytes length of the batch as stored
 * @param maxCommitMicros running maximum over the stream up to this batch
 * @param chain of the stream, this batch included
 * @param duplicates places in the batch, rising, of messages that repeat one sent to their queue before
 */
public record BatchFacts(
        long baseOffset,
        int eventCount,
        int batchBytes,
        long stampMillis,
        long wallMillis,
        long maxCommitMicros,
        long chain,
        List<Integer> duplicates) {

    public BatchFacts {
        duplicates = List.copyOf(duplicates);
    }

    public static byte[] key(int streamId, long baseOffset) {
        return RowKey.of(RowKey.BATCH_FACTS, streamId, baseOffset);
    }

    /** Facts of the batch that begins at or last before the offset. */
    public static Optional<BatchFacts> floor(KeyReader reader, int streamId, long offset) {
        KeyReader.Row row = reader.floor(Space.STATE, key(streamId, offset), key(streamId, 0));
        return Optional.ofNullable(row).map(found -> decode(RowKey.longAt(found.key(), 5), found.value()));
    }

    public static Optional<BatchFacts> get(KeyReader reader, int streamId, long baseOffset) {
        return Optional.ofNullable(reader.get(Space.STATE, key(streamId, baseOffset)))
                .map(value -> decode(baseOffset, value));
    }

    /** All batches of the stream from the base offset on: the key range for a cursor. */
    public static KeyRange range(int streamId, long fromBaseOffset) {
        return KeyRange.within(RowKey.of(RowKey.BATCH_FACTS, streamId), key(streamId, fromBaseOffset));
    }

    /** The facts a cursor over {@link #range} stands on. */
    public static BatchFacts at(Cursor cursor) {
        return decode(RowKey.longAt(cursor.key(), 5), cursor.value());
    }

    public static void append(Transaction tx, int streamId, BatchFacts facts) {
        tx.insertKnownAbsent(Space.STATE, key(streamId, facts.baseOffset), facts.encode());
    }

    /** The batch itself stays: {@link LogTable}. */
    public static void delete(Transaction tx, int streamId, BatchFacts facts) {
        tx.deleteKnown(Space.STATE, key(streamId, facts.baseOffset), facts.encode());
    }

    public long endOffset() {
        return baseOffset + eventCount;
    }

    /** Together with the batch itself. */
    public StoredBatch withBatch(KeyReader reader, int streamId) {
        byte[] batch = LogTable.get(reader, streamId, baseOffset);
        if (batch == null) {
            throw new BrokenStateException("expected a batch of stream " + streamId + " at offset " + baseOffset);
        }
        return new StoredBatch(
                streamId, baseOffset, eventCount, batch, stampMillis, wallMillis, maxCommitMicros, chain, duplicates);
    }

    public byte[] encode() {
        ByteWriter out = RowValue.write(48)
                .varint(eventCount)
                .varint(batchBytes)
                .i64(stampMillis)
                .i64(wallMillis)
                .i64(maxCommitMicros)
                .i64(chain)
                .varint(duplicates.size());
        int before = 0;
        for (int duplicate : duplicates) {
            out.varint(duplicate - before);
            before = duplicate;
        }
        return out.toBytes();
    }

    private static BatchFacts decode(long baseOffset, byte[] value) {
        ByteReader in = RowValue.read("batch facts row", value);
        int eventCount = in.bounded("an event count", Integer.MAX_VALUE);
        int batchBytes = in.bounded("a batch length", Integer.MAX_VALUE);
        long stampMillis = in.i64();
        long wallMillis = in.i64();
        long maxCommitMicros = in.i64();
        long chain = in.i64();
        int count = in.count("duplicates", 1);
        List<Integer> duplicates = new ArrayList<>(count);
        int at = 0;
        for (int i = 0; i < count; i++) {
            at += in.bounded("a duplicate", eventCount - 1 - at);
            duplicates.add(at);
        }
        BatchFacts facts = new BatchFacts(
                baseOffset, eventCount, batchBytes, stampMillis, wallMillis, maxCommitMicros, chain, duplicates);
        in.finish();
        return facts;
    }
}
