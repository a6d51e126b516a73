package dev.penstock.storage.table;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;

/**
 * When leases and delays end, over all groups, earliest first. Key {@code 09 | due millis 8B | group id 4B | generation 8B
 * | offset 8B}.
 */
public final class DueTable {

    public record Due(long dueMillis, int groupId, long generation, long offset) {}

    private DueTable() {}

    private static byte[] key(Due due) {
        byte[] key = new byte[29];
        key[0] = RowKey.DUE;
        RowKey.putLong(key, 1, due.dueMillis);
        RowKey.putInt(key, 9, due.groupId);
        RowKey.putLong(key, 13, due.generation);
        RowKey.putLong(key, 21, due.offset);
        return key;
    }

    /** All rows from the time on. */
    public static KeyRange range(long fromMillis) {
        byte[] from = new byte[9];
        from[0] = RowKey.DUE;
        RowKey.putLong(from, 1, Math.max(0, fromMillis));
        return KeyRange.within(RowKey.of(RowKey.DUE), from);
    }

    public static Due at(Cursor cursor) {
        byte[] key = cursor.key();
        return new Due(RowKey.longAt(key, 1), RowKey.intAt(key, 9), RowKey.longAt(key, 13), RowKey.longAt(key, 21));
    }

    public static void insert(Transaction tx, Due due) {
        tx.insertKnownAbsent(Space.STATE, key(due), RowKey.NOTHING);
    }

    public static void delete(Transaction tx, Due due) {
        tx.deleteKnown(Space.STATE, key(due), RowKey.NOTHING);
    }
}
