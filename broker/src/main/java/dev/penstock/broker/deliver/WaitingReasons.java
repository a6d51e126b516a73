package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupInspection.Why;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.UnsettledMessage;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why keys of an ordered group wait: the planner's rules read backwards. A key may wait for an event that waits itself; that
 * is followed, towards lower offsets, to the message that is out. One thread, for the life of one view.
 */
final class WaitingReasons {

    /** @param root what is unsettled, and in the end holds the key back */
    record Reason(Why why, Optional<UnsettledMessage> root) {
        static final Reason NOTHING = new Reason(Why.NOTHING, Optional.empty());
        static final Reason UNKNOWN = new Reason(Why.UNKNOWN, Optional.empty());

        /** The same root, seen from what waits behind. */
        Reason as(Why from) {
            return why == Why.NOTHING || why == Why.UNKNOWN ? this : new Reason(from, root);
        }
    }

    /** Chains of waiting that are longer are rare, and say little more. */
    private static final int MAX_STEPS = 16;

    private final MachineView view;
    private final GroupState group;
    private final InspectedLog log;
    private final Collection<ParkedKey> all;
    private final Map<Long, ParkedKey> byKey = new HashMap<>();
    private @Nullable FirstRows firstRows;

    WaitingReasons(MachineView view, GroupState group, InspectedLog log, Collection<ParkedKey> all) {
        this.view = view;
        this.group = group;
        this.log = log;
        this.all = all;
    }

    /** Whether the event at the offset waits under the key: where the log was not read again, the offset is but a bound. */
    boolean isKeyOf(long key, long offset) {
        return orderOf(key, offset).isPresent();
    }

    Reason of(ParkedKey parked) {
        return of(parked, MAX_STEPS);
    }

    private Reason of(ParkedKey parked, int steps) {
        if (steps == 0) {
            return Reason.UNKNOWN;
        }
        long key = parked.key();
        long route = parked.route();
        Optional<UnsettledMessage> back = putBack(parked);
        if (back.isPresent()) {
            return new Reason(key == route ? Why.TRUNCATE : Why.KEY, back);
        }
        Optional<UnsettledMessage> held = firstOfKey(key, parked.offset());
        if (held.isPresent()) {
            return new Reason(key == route ? Why.TRUNCATE : Why.KEY, held);
        }
        Optional<UnsettledMessage> truncate = key == route ? Optional.empty() : firstOfKey(route, parked.offset());
        if (truncate.isPresent()) {
            return new Reason(Why.TRUNCATE, truncate);
        }
        Optional<KeyOrder> order = orderOf(key, parked.offset());
        Reason own = order.map(KeyOrder::isBarrier).orElse(key == route)
                ? ofTruncate(parked)
                : order.map(known -> ofOtherKeys(parked, known, steps)).orElse(Reason.NOTHING);
        if (own.why() != Why.NOTHING) {
            return own;
        }
        ParkedKey before = parkedBefore(byKey(route), parked);
        return before == null ? Reason.NOTHING : of(before, steps - 1).as(Why.TRUNCATE);
    }

    private Reason ofTruncate(ParkedKey parked) {
        FirstRows rows = firstRows();
        UnsettledMessage first = rows.ofRoute.get(parked.route());
        if (first != null && first.offset() < parked.offset()) {
            return new Reason(Why.TABLE, Optional.of(first));
        }
        if (first == null && rows.lookedTo < parked.offset()) {
            return Reason.UNKNOWN;
        }
        // What waits of the table before it has its root there too.
        return Reason.NOTHING;
    }

    private Reason ofOtherKeys(ParkedKey parked, KeyOrder order, int steps) {
        for (long other : order.waitingKeys()) {
            if (other != parked.key()) {
                Optional<UnsettledMessage> held = firstOfKey(other, parked.offset());
                if (held.isPresent()) {
                    return new Reason(Why.OTHER_KEY, held);
                }
                ParkedKey before = parkedBefore(byKey(other), parked);
                if (before != null) {
                    return of(before, steps - 1).as(Why.OTHER_KEY);
                }
            }
        }
        return Reason.NOTHING;
    }

    private Optional<UnsettledMessage> firstOfKey(long key, long below) {
        return view.unsettledOfKey(group, key, 0, below, 1).stream()
                .findFirst()
                .flatMap(offset -> view.unsettled(group, offset));
    }

    /** From the dead letters: it is earlier than all of the log. */
    private Optional<UnsettledMessage> putBack(ParkedKey parked) {
        if (group.aside() == 0) {
            return Optional.empty();
        }
        return view.unsettledOfKey(group, parked.key(), AsideOffset.BASE, Long.MAX_VALUE, 1).stream()
                .findFirst()
                .flatMap(offset -> view.unsettled(group, offset));
    }

    private Optional<KeyOrder> orderOf(long key, long offset) {
        return log.order(offset).filter(order -> {
            for (long waits : order.waitingKeys()) {
                if (waits == key) {
                    return true;
                }
            }
            return false;
        });
    }

    private @Nullable ParkedKey byKey(long key) {
        index();
        return byKey.get(key);
    }

    /** Only what lies lower holds back; this is also why following it ends. */
    private static @Nullable ParkedKey parkedBefore(@Nullable ParkedKey other, ParkedKey parked) {
        return other != null && other.offset() < parked.offset() ? other : null;
    }

    private void index() {
        if (byKey.isEmpty()) {
            all.forEach(parked -> byKey.put(parked.key(), parked));
        }
    }

    /** @param lookedTo below it every message was looked at */
    private record FirstRows(Map<Long, UnsettledMessage> ofRoute, long lookedTo) {}

    /** The first unsettled message of each route, as far as the rows of one request go. */
    private FirstRows firstRows() {
        FirstRows known = firstRows;
        if (known == null) {
            Map<Long, UnsettledMessage> ofRoute = new HashMap<>();
            long at = 0;
            for (int looked = 0; looked < GroupInspection.MAX_ROWS; looked += GroupInspection.ROWS_AT_ONCE) {
                List<UnsettledMessage> rows = GroupInspection.nextRows(view, group, at);
                rows.forEach(row -> ofRoute.putIfAbsent(row.order().route(), row));
                at = rows.size() < GroupInspection.ROWS_AT_ONCE
                        ? Long.MAX_VALUE
                        : rows.get(rows.size() - 1).offset() + 1;
                if (at == Long.MAX_VALUE) {
                    break;
                }
            }
            known = new FirstRows(ofRoute, at);
            firstRows = known;
        }
        return known;
    }
}
