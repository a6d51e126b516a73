package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.table.KeyTable;
import dev.penstock.storage.table.UnsettledTable;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ordered groups: a message may go out only if every smaller unsettled one with a key in common goes out in the same grant,
 * and none that waits behind its key is passed over. So a planner that took an acknowledgement for done which was then
 * refused cannot break the order. One short walk per key of the grant; equal hashes of different keys only hold back more.
 *
 * <p>What waits is known per key, not per event. Apply cannot look into the log, so that it takes the planner's word for which
 * events of a key wait, but for this: an event goes out from waiting only if all of its keys wait at or below it, and no key
 * of what goes out waits at or below it afterwards. Thus none goes out twice.
 *
 * <p>A message that was put back from the dead letters is earlier than all of the log: what is of its keys waits for it, and it
 * waits only for others that were put back before it. So the first of these may always go out, and nothing waits in a circle.
 */
final class KeyOrderCheck {

    private final Entry entry;
    private final Group group;
    private final long earliest;
    private final Command.Grant grant;
    private final List<Stored> retries;
    private final Map<Long, ParkedKey> parks = new TreeMap<>();

    /** @param earliest first offset of the log: what lies below it was trimmed, and waits no longer */
    KeyOrderCheck(Entry entry, Group group, long earliest, Command.Grant grant, List<Stored> retries) {
        this.entry = entry;
        this.group = group;
        this.earliest = earliest;
        this.grant = grant;
        this.retries = retries;
        grant.keys().parks().forEach(park -> parks.put(park.key(), park));
    }

    /** What makes no sense whatever the state is. */
    static @Nullable String faultOf(Group group, Command.Grant c) {
        KeyPlan keys = c.keys();
        if (!group.ordered()) {
            return keys.isEmpty() ? null : "expected no keys in a grant of an unordered group";
        }
        if (keys.fresh().size() != c.fresh().length || keys.unparkedOrders().size() != keys.unparked().length) {
            return "expected the keys of each fresh and each unparked offset";
        }
        if (keys.parks().size() > GrantHandler.MAX_PARKS) {
            return "expected at most " + GrantHandler.MAX_PARKS + " parked keys in a grant";
        }
        for (ParkedKey park : keys.parks()) {
            boolean inside =
                    park.offset() == KeyPlan.NOTHING_WAITS || (park.offset() >= 0 && park.offset() < c.newScan());
            if (park.key() == 0 || !inside) {
                return "expected a parked key to wait below the scan position " + c.newScan();
            }
        }
        return null;
    }

    /** An offset of the grant that may not go out, or the place of a key that may not move, or -1. */
    long firstBlocked() {
        long misplaced = firstMisplacedPark();
        if (misplaced >= 0) {
            return misplaced;
        }
        for (int i = 0; i < grant.keys().unparked().length; i++) {
            long offset = grant.keys().unparked()[i];
            if (offset < earliest || !waits(grant.keys().unparkedOrders().get(i), offset)) {
                return offset;
            }
        }
        TreeMap<Long, Long> lastByKey = new TreeMap<>();
        TreeMap<Long, Long> lastAsideByKey = new TreeMap<>();
        Map<Long, Integer> ofRoute = new TreeMap<>();
        for (Map.Entry<Long, KeyOrder> out : goingOut().entrySet()) {
            KeyOrder order = out.getValue();
            if (!isPassed(order, out.getKey())) {
                return out.getKey();
            }
            for (long key : new long[] {order.key(), order.oldKey(), order.route()}) {
                if (key != 0 && AsideOffset.isAside(out.getKey())) {
                    lastAsideByKey.merge(key, out.getKey(), Math::max);
                } else if (key != 0) {
                    lastByKey.merge(key, out.getKey(), Math::max);
                }
            }
            ofRoute.merge(order.route(), 1, Integer::sum);
        }
        for (Map.Entry<Long, KeyOrder> out : goingOut().entrySet()) {
            if (out.getValue().isBarrier() && !mayPassBarrier(out.getValue(), out.getKey(), ofRoute)) {
                return out.getKey();
            }
        }
        long behind = firstBehindAnUnsettled(lastByKey);
        return behind >= 0 ? behind : firstBehindAnAside(lastAsideByKey);
    }

    private Map<Long, KeyOrder> goingOut() {
        TreeMap<Long, KeyOrder> out = new TreeMap<>();
        retries.forEach(
                retry -> out.put(retry.message().offset(), retry.message().order()));
        for (int i = 0; i < grant.fresh().length; i++) {
            out.put(grant.fresh()[i], grant.keys().fresh().get(i));
        }
        for (int i = 0; i < grant.keys().unparked().length; i++) {
            out.put(grant.keys().unparked()[i], grant.keys().unparkedOrders().get(i));
        }
        return out;
    }

    /** A key begins to wait in the range that is judged now, and only moves up. */
    private long firstMisplacedPark() {
        int parked = group.parked.size();
        for (ParkedKey park : parks.values()) {
            ParkedKey prior = group.parked.get(park.key());
            boolean ends = park.offset() == KeyPlan.NOTHING_WAITS;
            if (prior == null && (ends || park.offset() < grant.previousScan())) {
                return Math.max(0, park.offset());
            }
            if (prior != null && !ends && (park.offset() < prior.offset() || park.route() != prior.route())) {
                return park.offset();
            }
            parked += (prior == null ? 1 : 0) - (ends ? 1 : 0);
        }
        return parked > GrantHandler.MAX_PARKED_KEYS ? grant.previousScan() : -1;
    }

    private boolean waits(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            ParkedKey prior = group.parked.get(key);
            if (prior == null || prior.offset() > offset) {
                return false;
            }
        }
        // With a row it was delivered, and is not settled.
        return UnsettledTable.get(entry.tx, group.id, group.generation, offset) == null;
    }

    /** Nothing of its keys waits at or below it once the grant is applied. */
    private boolean isPassed(KeyOrder order, long offset) {
        if (AsideOffset.isAside(offset)) {
            return true;
        }
        for (long key : order.waitingKeys()) {
            ParkedKey after = parks.containsKey(key) ? parks.get(key) : group.parked.get(key);
            if (after != null && after.offset() != KeyPlan.NOTHING_WAITS && after.offset() <= offset) {
                return false;
            }
        }
        return true;
    }

    /**
     * A barrier goes out alone: nothing else of its route is unsettled, waits before it, or goes out with it. One that was put
     * back cannot wait for what is of the log, which waits for it: it goes out when all that was put back before it is
     * settled, whatever its route.
     */
    private boolean mayPassBarrier(KeyOrder barrier, long offset, Map<Long, Integer> ofRoute) {
        if (AsideOffset.isAside(offset)) {
            return ofRoute.getOrDefault(barrier.route(), 0) == 1 && isFirstAside(offset);
        }
        boolean isRetry = retries.stream().anyMatch(retry -> retry.message().offset() == offset);
        int itself = isRetry ? 1 : 0;
        return group.keyCounts().ofRoute(barrier.route()) == itself
                && ofRoute.getOrDefault(barrier.route(), 0) == 1
                && !anyWaitsBefore(barrier, offset);
    }

    private boolean isFirstAside(long offset) {
        try (Cursor cursor =
                entry.tx.cursor(Space.STATE, UnsettledTable.range(group.id, group.generation, AsideOffset.BASE))) {
            return cursor.isValid() && UnsettledTable.at(cursor).message().offset() == offset;
        }
    }

    private boolean anyWaitsBefore(KeyOrder barrier, long offset) {
        boolean newlyParked = parks.values().stream()
                .anyMatch(park -> park.route() == barrier.route() && park.offset() >= 0 && park.offset() < offset);
        return newlyParked || group.parked.anyOfRouteBelow(barrier.route(), offset, parks.keySet());
    }

    private long firstBehindAnUnsettled(Map<Long, Long> lastByKey) {
        if (group.unsettledRows() == 0) {
            return -1;
        }
        for (Map.Entry<Long, Long> key : lastByKey.entrySet()) {
            if (group.keyCounts().mayHold(key.getKey()) && isBehind(key.getKey(), key.getValue())) {
                return key.getValue();
            }
        }
        return -1;
    }

    private long firstBehindAnAside(Map<Long, Long> lastByKey) {
        for (Map.Entry<Long, Long> key : lastByKey.entrySet()) {
            if (anyStays(key.getKey(), AsideOffset.BASE, key.getValue())) {
                return key.getValue();
            }
        }
        return -1;
    }

    /**
     * Rows below the last message of this key that goes out: each must go out too. No row lies below the floor. What was
     * put back must be settled first: in one answer it would stand behind.
     */
    private boolean isBehind(long keyHash, long last) {
        return anyStays(keyHash, group.floor, last) || (group.aside > 0 && isAsideUnsettled(keyHash));
    }

    private boolean isAsideUnsettled(long keyHash) {
        KeyRange aside = KeyTable.range(group.id, group.generation, keyHash, AsideOffset.BASE, Long.MAX_VALUE);
        try (Cursor cursor = entry.tx.cursor(Space.STATE, aside)) {
            return cursor.isValid();
        }
    }

    private boolean anyStays(long keyHash, long from, long last) {
        if (last <= from) {
            return false;
        }
        try (Cursor cursor =
                entry.tx.cursor(Space.STATE, KeyTable.range(group.id, group.generation, keyHash, from, last))) {
            for (; cursor.isValid(); cursor.next()) {
                if (Arrays.binarySearch(grant.retries(), KeyTable.offsetAt(cursor)) < 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
