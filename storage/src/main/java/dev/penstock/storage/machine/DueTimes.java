package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.table.DueTable;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many due rows there are at each moment: derived from the due table, so that the next one is known without walking
 * over the tombstones of all that were settled in time. Apply thread only.
 */
final class DueTimes {

    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    static DueTimes load(KeyReader reader) {
        DueTimes times = new DueTimes();
        try (Cursor cursor = reader.cursor(Space.STATE, DueTable.range(0))) {
            for (; cursor.isValid(); cursor.next()) {
                times.add(DueTable.at(cursor).dueMillis());
            }
        }
        return times;
    }

    void add(long dueMillis) {
        counts.merge(dueMillis, 1, Integer::sum);
    }

    void remove(long dueMillis) {
        counts.computeIfPresent(dueMillis, (due, count) -> count == 1 ? null : count - 1);
    }

    /** {@link Long#MAX_VALUE} if there is none. */
    long next() {
        Map.Entry<Long, Integer> first = counts.firstEntry();
        return first == null ? Long.MAX_VALUE : first.getKey();
    }

    /** The next moment after this one; {@link Long#MAX_VALUE} if there is none. */
    long after(long dueMillis) {
        Long next = counts.higherKey(dueMillis);
        return next == null ? Long.MAX_VALUE : next;
    }
}
