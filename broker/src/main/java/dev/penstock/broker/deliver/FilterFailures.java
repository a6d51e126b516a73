package dev.penstock.broker.deliver;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many events each group was delivered because its filter failed on them, at their first delivery, by this node since
 * its start. Thread-safe.
 */
final class FilterFailures {

    private final Map<Integer, LongAdder> byGroup = new ConcurrentHashMap<>();

    void count(int groupId) {
        byGroup.computeIfAbsent(groupId, unused -> new LongAdder()).increment();
    }

    long of(int groupId) {
        LongAdder count = byGroup.get(groupId);
        return count == null ? 0 : count.sum();
    }

    /** Forgets groups that are no more; their numbers are not given again. */
    void keepOnly(Set<Integer> groupIds) {
        byGroup.keySet().retainAll(groupIds);
    }
}
