package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Generations that a seek or delete ended and whose rows are still stored. Key {@code 0a | group id 4B | generation 8B};
 * the value is the lowest offset not yet swept. With {@link #DEAD_LETTERS} in place of a generation: the dead letters of a
 * group that was deleted.
 */
public final class SweepTable {

    public record Dead(int groupId, long generation, long fromOffset, byte[] value) {}

    /** No generation: no entry of ours has Raft index 0. */
    public static final long DEAD_LETTERS = 0;

    private SweepTable() {}

    private static byte[] key(int groupId, long generation) {
        return RowKey.of(RowKey.SWEEP, groupId, generation);
    }

    private static byte[] encode(long fromOffset) {
        return RowValue.write(9).varint(fromOffset).toBytes();
    }

    public static @Nullable Dead first(KeyReader reader) {
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(RowKey.of(RowKey.SWEEP)))) {
            if (!cursor.isValid()) {
                return null;
            }
            ByteReader in = RowValue.read("sweep row", cursor.value());
            long fromOffset = in.varint();
            in.finish();
            return new Dead(RowKey.intAt(cursor.key(), 1), RowKey.longAt(cursor.key(), 5), fromOffset, cursor.value());
        }
    }

    public static void insert(Transaction tx, int groupId, long generation, long fromOffset) {
        tx.insert(Space.STATE, key(groupId, generation), encode(fromOffset));
    }

    public static void advance(Transaction tx, Dead dead, long fromOffset) {
        tx.updateKnown(Space.STATE, key(dead.groupId, dead.generation), dead.value, encode(fromOffset));
    }

    public static void delete(Transaction tx, Dead dead) {
        tx.deleteKnown(Space.STATE, key(dead.groupId, dead.generation), dead.value);
    }
}
