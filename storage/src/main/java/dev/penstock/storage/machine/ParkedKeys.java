package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.table.ParkedTable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parked keys of one group's generation in memory, with the lowest of their offsets at hand. Apply thread only. */
final class ParkedKeys {

    private final Map<Long, ParkedKey> byKey = new TreeMap<>();
    /** How many keys wait from an offset on. */
    private final TreeMap<Long, Integer> offsets = new TreeMap<>();

    static ParkedKeys load(KeyReader reader, int groupId, long generation) {
        ParkedKeys loaded = new ParkedKeys();
        try (Cursor cursor = reader.cursor(Space.STATE, ParkedTable.range(groupId, generation))) {
            for (; cursor.isValid(); cursor.next()) {
                loaded.put(ParkedTable.at(cursor));
            }
        }
        return loaded;
    }

    int size() {
        return byKey.size();
    }

    @Nullable
    ParkedKey get(long key) {
        return byKey.get(key);
    }

    boolean contains(long key) {
        return byKey.containsKey(key);
    }

    /** No event that waits lies below it; {@link Long#MAX_VALUE} if none waits. */
    long lowestOffset() {
        return offsets.isEmpty() ? Long.MAX_VALUE : offsets.firstKey();
    }

    /** Walks all keys: asked for barriers only, which are rare. */
    boolean anyOfRouteBelow(long route, long offset, Set<Long> except) {
        return byKey.values().stream()
                .anyMatch(parked ->
                        parked.route() == route && parked.offset() < offset && !except.contains(parked.key()));
    }

    void put(ParkedKey parked) {
        remove(parked.key());
        byKey.put(parked.key(), parked);
        offsets.merge(parked.offset(), 1, Integer::sum);
    }

    void remove(long key) {
        ParkedKey prior = byKey.remove(key);
        if (prior != null) {
            offsets.merge(prior.offset(), -1, (a, b) -> a + b == 0 ? null : a + b);
        }
    }
}
