package dev.penstock.storage.table;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.UnsettledMessage;

/**
 * Which unsettled messages of an ordered group concern a key. Key {@code 0b | group id 4B | generation 8B | key hash 8B |
 * offset 8B}; a message whose key changed has two rows, a barrier has one under the hash of its route. Messages of unordered
 * groups have none.
 */
public final class KeyTable {

    private static final int HASH_AT = 13;
    private static final int OFFSET_AT = 21;

    private KeyTable() {}

    static byte[] key(int groupId, long generation, long keyHash, long offset) {
        byte[] key = new byte[29];
        System.arraycopy(RowKey.of(RowKey.KEY, groupId, generation), 0, key, 0, HASH_AT);
        RowKey.putLong(key, HASH_AT, keyHash);
        RowKey.putLong(key, OFFSET_AT, Math.max(0, offset));
        return key;
    }

    /** All rows of the generation. */
    public static KeyRange range(int groupId, long generation) {
        return KeyRange.prefix(RowKey.of(RowKey.KEY, groupId, generation));
    }

    /** Messages of the key in [from, to). */
    public static KeyRange range(int groupId, long generation, long keyHash, long from, long to) {
        return new KeyRange(key(groupId, generation, keyHash, from), key(groupId, generation, keyHash, to));
    }

    public static long keyHashAt(Cursor cursor) {
        return RowKey.longAt(cursor.key(), HASH_AT);
    }

    public static long offsetAt(Cursor cursor) {
        return RowKey.longAt(cursor.key(), OFFSET_AT);
    }

    public static void insert(Transaction tx, int groupId, long generation, UnsettledMessage message) {
        KeyOrder order = message.order();
        if (order.key() != 0) {
            tx.insertKnownAbsent(Space.STATE, key(groupId, generation, order.key(), message.offset()), RowKey.NOTHING);
        }
        if (order.hasOldKey()) {
            tx.insertKnownAbsent(
                    Space.STATE, key(groupId, generation, order.oldKey(), message.offset()), RowKey.NOTHING);
        }
    }

    public static void delete(Transaction tx, int groupId, long generation, UnsettledMessage message) {
        KeyOrder order = message.order();
        if (order.key() != 0) {
            tx.deleteKnown(Space.STATE, key(groupId, generation, order.key(), message.offset()), RowKey.NOTHING);
        }
        if (order.hasOldKey()) {
            tx.deleteKnown(Space.STATE, key(groupId, generation, order.oldKey(), message.offset()), RowKey.NOTHING);
        }
    }
}
