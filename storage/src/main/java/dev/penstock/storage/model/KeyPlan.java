package dev.penstock.storage.model;

import java.util.List;

/**
 * The part of a grant that concerns the order by key. Of unordered groups {@link #NONE}.
 *
 * @param fresh one per fresh offset of the grant
 * @param unparked rising offsets below the previous scan position, of events that waited behind their keys
 * @param unparkedOrders one per unparked offset
 * @param parks keys as they wait after the grant; offset {@link #NOTHING_WAITS} = none of its events waits any more
 */
public record KeyPlan(List<KeyOrder> fresh, long[] unparked, List<KeyOrder> unparkedOrders, List<ParkedKey> parks) {

    public static final long NOTHING_WAITS = -1;

    public static final KeyPlan NONE = new KeyPlan(List.of(), new long[0], List.of(), List.of());

    public KeyPlan {
        fresh = List.copyOf(fresh);
        unparkedOrders = List.copyOf(unparkedOrders);
        parks = List.copyOf(parks);
    }

    public boolean isEmpty() {
        return fresh.isEmpty() && unparked.length == 0 && unparkedOrders.isEmpty() && parks.isEmpty();
    }
}
