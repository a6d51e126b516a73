package dev.penstock.storage.table;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;

/** Index of the messages that wait for their next delivery. Key {@code 08 | group id 4B | generation 8B | offset 8B}. */
public final class ReadyTable {

    private ReadyTable() {}

    private static byte[] key(int groupId, long generation, long offset) {
        return RowKey.of(RowKey.READY, groupId, generation, offset);
    }

    public static KeyRange range(int groupId, long generation, long fromOffset) {
        return KeyRange.within(
                RowKey.of(RowKey.READY, groupId, generation), key(groupId, generation, Math.max(0, fromOffset)));
    }

    /** The offset of the row a cursor over {@link #range} stands on. */
    public static long offsetAt(Cursor cursor) {
        return RowKey.longAt(cursor.key(), 13);
    }

    public static void insert(Transaction tx, int groupId, long generation, long offset) {
        tx.insertKnownAbsent(Space.STATE, key(groupId, generation, offset), RowKey.NOTHING);
    }

    public static void delete(Transaction tx, int groupId, long generation, long offset) {
        tx.deleteKnown(Space.STATE, key(groupId, generation, offset), RowKey.NOTHING);
    }
}
