package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.KeyTable;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ordered groups: a message may go out only if every smaller unsettled one with a key hash in common goes out in the same
 * grant. So a planner that took an acknowledgement for done which was then refused cannot break the order. One short walk
 * per key of the grant; equal hashes of different keys only hold back more.
 */
final class KeyOrderCheck {

    private KeyOrderCheck() {}

    /** An offset of the grant that may not go out, or -1. */
    static long firstBlocked(Entry entry, Group group, Command.Grant c, List<Stored> retries) {
        Map<Long, Long> lastByKey = lastByKey(c, retries);
        if (lastByKey.isEmpty() || group.unsettledRows() == 0) {
            return -1;
        }
        for (Map.Entry<Long, Long> key : lastByKey.entrySet()) {
            if (group.keyCounts().mayHold(key.getKey())
                    && isBlocked(entry, group, key.getKey(), key.getValue(), c.retries())) {
                return key.getValue();
            }
        }
        return -1;
    }

    /** Rows below the last message of this key that goes out: each must go out too. No row lies below the floor. */
    private static boolean isBlocked(Entry entry, Group group, long keyHash, long last, long[] retries) {
        if (last <= group.floor) {
            return false;
        }
        try (Cursor cursor =
                entry.tx.cursor(Space.STATE, KeyTable.range(group.id, group.generation, keyHash, group.floor, last))) {
            for (; cursor.isValid(); cursor.next()) {
                if (Arrays.binarySearch(retries, KeyTable.offsetAt(cursor)) < 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Map<Long, Long> lastByKey(Command.Grant c, List<Stored> retries) {
        TreeMap<Long, Long> lastByKey = new TreeMap<>();
        for (Stored retry : retries) {
            UnsettledMessage message = retry.message();
            put(lastByKey, message.keyHash(), message.offset());
            put(lastByKey, message.oldKeyHash(), message.offset());
        }
        for (int i = 0; i < c.fresh().length; i++) {
            put(lastByKey, c.freshKeyHashes()[2 * i], c.fresh()[i]);
            put(lastByKey, c.freshKeyHashes()[2 * i + 1], c.fresh()[i]);
        }
        return lastByKey;
    }

    private static void put(Map<Long, Long> lastByKey, long keyHash, long offset) {
        if (keyHash != 0) {
            lastByKey.merge(keyHash, offset, Math::max);
        }
    }
}
