package dev.penstock.storage.model;

import java.util.Arrays;

/**
 * The part of a grant that concerns messages which were reached before their time: from then on they are unsettled, and due
 * like a message that was given back with a delay. Unordered groups only. {@link #NONE} of most grants.
 *
 * @param offsets rising, of those that the grant passes by
 * @param dueMillis log time at which each may be delivered
 */
public record DelayPlan(long[] offsets, long[] dueMillis) {

    public static final DelayPlan NONE = new DelayPlan(new long[0], new long[0]);

    public int count() {
        return offsets.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DelayPlan plan
                && Arrays.equals(offsets, plan.offsets)
                && Arrays.equals(dueMillis, plan.dueMillis);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(offsets) * 31 + Arrays.hashCode(dueMillis);
    }
}
