package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.UnsettledTable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is unsettled in an ordered group, counted. By route exactly: a barrier waits until its route has none. By key in some
 * thousand classes of hashes: most keys of a grant have none, and need no look into the key table; that only ever saves a
 * look that would find nothing, so it cannot change a decision. Derived from the rows. Apply thread only.
 */
final class KeyCounts {

    /** 16 KiB a group; with a thousand messages in flight four of five looks are saved. */
    private static final int CLASSES = 4096;

    /** None until the first key: unordered groups have no keys. */
    private int[] counts = {};

    private final Map<Long, Integer> byRoute = new TreeMap<>();

    static KeyCounts load(KeyReader reader, int groupId, long generation) {
        KeyCounts loaded = new KeyCounts();
        try (Cursor cursor = reader.cursor(Space.STATE, UnsettledTable.range(groupId, generation, 0))) {
            for (; cursor.isValid(); cursor.next()) {
                loaded.add(UnsettledTable.at(cursor).message());
            }
        }
        return loaded;
    }

    void add(UnsettledMessage message) {
        change(message.order(), 1);
    }

    void remove(UnsettledMessage message) {
        change(message.order(), -1);
    }

    boolean mayHold(long keyHash) {
        return counts.length > 0 && counts[classOf(keyHash)] != 0;
    }

    int ofRoute(long route) {
        return byRoute.getOrDefault(route, 0);
    }

    private void change(KeyOrder order, int by) {
        if (order.key() != 0) {
            change(order.key(), by);
        }
        if (order.hasOldKey()) {
            change(order.oldKey(), by);
        }
        if (order.route() != 0) {
            byRoute.merge(order.route(), by, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void change(long keyHash, int by) {
        if (counts.length == 0) {
            counts = new int[CLASSES];
        }
        counts[classOf(keyHash)] += by;
    }

    private static int classOf(long keyHash) {
        return (int) ((keyHash * 0x9E3779B97F4A7C15L) >>> 52);
    }
}
