package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.KeyTable;

/**
 * How many unsettled messages of an ordered group fall into each of some thousand classes of key hashes: most keys of a
 * grant have none, and need no look into the key table. Derived from that table; only ever saves a look that would find
 * nothing, so it cannot change a decision. Apply thread only.
 */
final class KeyCounts {

    /** 16 KiB a group; with a thousand messages in flight four of five looks are saved. */
    private static final int CLASSES = 4096;

    /** None until the first key: unordered groups have no keys. */
    private int[] counts = {};

    static KeyCounts load(KeyReader reader, int groupId, long generation) {
        KeyCounts loaded = new KeyCounts();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyTable.range(groupId, generation))) {
            for (; cursor.isValid(); cursor.next()) {
                loaded.change(KeyTable.keyHashAt(cursor), 1);
            }
        }
        return loaded;
    }

    void add(UnsettledMessage message) {
        change(message, 1);
    }

    void remove(UnsettledMessage message) {
        change(message, -1);
    }

    boolean mayHold(long keyHash) {
        return counts.length > 0 && counts[classOf(keyHash)] != 0;
    }

    private void change(UnsettledMessage message, int by) {
        if (message.keyHash() != 0) {
            change(message.keyHash(), by);
        }
        if (KeyTable.hasSecondHash(message)) {
            change(message.oldKeyHash(), by);
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
