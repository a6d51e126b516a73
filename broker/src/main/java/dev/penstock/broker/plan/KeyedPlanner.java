package dev.penstock.broker.plan;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plans the grants of an ordered group. First messages that were given back or expired, then those that waited behind their
 * keys, then what was never judged. An event goes out if no earlier one with a key in common is unsettled or waits, unless
 * that one stands before it in the same answer; else it waits, and its keys with it ({@link KeyBacklog}). A barrier goes out
 * when nothing else of its route is unsettled or waits before it, and nothing of its route goes out with it. What is reached
 * before its time ends the scan: all that follows has to wait longer.
 *
 * <p>Reads the applied state and the log; changes the backlog only. Apply checks every plan.
 */
public final class KeyedPlanner implements Planner {

    /** Ready messages looked at in one plan: most of them may be held back by others that are out. */
    private static final int READY_BUDGET = 2_000;

    /** Keys that wait looked at in one plan. */
    private static final int WAITING_BUDGET = 10_000;

    private final MachineView view;
    private final GroupState group;
    private final GroupFilter filter;
    private final ValueScan values;
    private final @Nullable RowVersions versions;
    private final LogBatches batches;
    private final KeyBacklog backlog;
    private final long end;
    private final long nowMillis;
    private long notBeforeMillis = Plan.NOW;
    private final Set<Long> keysOut = new HashSet<>();
    private final Set<Long> routesOut = new HashSet<>();
    /** Counted when the first barrier is looked at: a statement may truncate a thousand tables. */
    private @Nullable Map<Long, Integer> unsettledOfRoutes;

    private long retryFrom;
    private int room;

    /**
     * @param backlog of this group's generation and plan version, from the state's scan position on
     * @param maxInFlight messages the group may have under lease
     * @param nowMillis log time
     */
    public KeyedPlanner(
            MachineView view,
            GroupState group,
            GroupFilter filter,
            LogBatches batches,
            KeyBacklog backlog,
            int maxInFlight,
            long nowMillis) {
        this.view = view;
        this.group = group;
        this.filter = filter;
        this.values = new ValueScan(filter, ValueScan.BUDGET);
        this.batches = batches;
        this.backlog = backlog;
        this.nowMillis = nowMillis;
        StreamState stream = view.stream(group.streamId()).orElseThrow();
        this.end = stream.end();
        this.versions = group.config().mode() == GroupConfig.Mode.ROWS
                ? new RowVersions(view, group.streamId(), filter, values, batches, end)
                : null;
        backlog.trimmedTo(stream.earliest());
        this.retryFrom = backlog.readyLook.from();
        this.room = (int) Math.max(0, maxInFlight - group.leased());
    }

    @Override
    public Plan next(int max, long maxBytes) {
        long scan = backlog.scan();
        Picks picks = new Picks(Math.min(max, room), maxBytes);
        readOn();
        boolean readyLeft = pickReady(picks);
        boolean waitingLeft = pickWaiting(picks);
        long budgetEnd = backlog.judged() + GrantPlanner.SCAN_BUDGET;
        boolean goesOn = pickFresh(picks, budgetEnd);
        List<KeyOrder> freshOrders = new ArrayList<>(picks.events.tailMap(scan).values());
        Map<Long, KeyOrder> unparked = picks.events.headMap(scan);
        KeyPlan keys = new KeyPlan(
                freshOrders,
                toArray(unparked.keySet()),
                List.copyOf(unparked.values()),
                backlog.parks(picks.count() > 0));
        room -= picks.count();
        keysOut.addAll(picks.keys);
        routesOut.addAll(picks.routes);
        return new Plan(
                scan,
                backlog.judged(),
                toArray(picks.events.tailMap(scan).keySet()),
                toArray(picks.retries.keySet()),
                keys,
                DelayPlan.NONE,
                notBeforeMillis,
                goesOn || readyLeft || waitingLeft || backlog.wantsReading() || backlog.wantsTelling());
    }

    @Override
    public void accept(Plan plan) {
        backlog.proposed();
    }

    // ---- given back or expired ----

    /** True if it ended before all was looked at, though there was room. */
    private boolean pickReady(Picks picks) {
        int looked = 0;
        while (group.ready() > 0 && !picks.full) {
            if (looked >= READY_BUDGET) {
                backlog.readyLook.endedAt(retryFrom, view.appliedIndex());
                return true;
            }
            List<UnsettledMessage> ready = view.ready(group, retryFrom, Math.min(READY_BUDGET, picks.max * 2));
            if (ready.isEmpty()) {
                return backlog.readyLook.isStale(view.appliedIndex());
            }
            for (UnsettledMessage message : ready) {
                looked++;
                if (!isHeld(message.order(), message.offset(), picks)
                        && !picks.takeRetry(message, bodyLength(message.offset()))) {
                    break;
                }
                retryFrom = message.offset() + 1;
            }
        }
        backlog.readyLook.restart();
        return false;
    }

    // ---- what waited ----

    /** True if it ended before all was looked at, though there was room. */
    private boolean pickWaiting(Picks picks) {
        List<Long> again = new ArrayList<>();
        int looked = 0;
        while (!picks.full && looked < WAITING_BUDGET) {
            Long key = backlog.nextCandidate();
            if (key == null) {
                break;
            }
            looked++;
            if (!pickLine(picks, key)) {
                again.add(key);
            }
        }
        boolean left = !picks.full && backlog.hasCandidates();
        again.forEach(backlog::candidateAgain);
        return left;
    }

    /** False if the key is to be looked at again. */
    private boolean pickLine(Picks picks, long key) {
        WaitingLine line = backlog.line(key);
        while (line != null && !line.isEmpty()) {
            long offset = line.first();
            LogBatch batch = batchAt(offset);
            int i = (int) (offset - batch.baseOffset());
            KeyOrder order = EventOrders.at(batch, i, EventOrders.routes(batch));
            if (!backlog.isFirst(order, offset) || isHeld(order, offset, picks)) {
                return true;
            }
            if (isSupersededInLine(batch, i, line)) {
                backlog.take(order);
                line = backlog.line(key);
                continue;
            }
            if (!picks.take(offset, order, batch.columns().bodyLength(i))) {
                return false;
            }
            backlog.take(order);
            backlog.noteOut(order, offset);
            line = backlog.line(key);
        }
        return true;
    }

    /** In mode rows: what waits next behind the same key is a newer version of the same row. */
    private boolean isSupersededInLine(LogBatch batch, int i, WaitingLine line) {
        if (versions == null || line.size() < 2) {
            return false;
        }
        LogBatch next = batchAt(line.second());
        return versions.supersedes(next, (int) (line.second() - next.baseOffset()), batch, i);
    }

    /** Reads what waits of keys of which nothing is known any more, or yet. */
    private void readOn() {
        if (!backlog.wantsReading()) {
            return;
        }
        long at = backlog.readFrom();
        long to = Math.min(backlog.judged(), at + GrantPlanner.SCAN_BUDGET);
        while (at < to && backlog.wantsReading() && !values.isSpent()) {
            LogBatch batch = batchAt(at);
            boolean[] wanted = filter.routes(batch.header());
            long[] routes = EventOrders.routes(batch);
            long end = Math.min(to, batch.endOffset());
            for (; at < end && backlog.wantsReading() && !values.isSpent(); at++) {
                int i = (int) (at - batch.baseOffset());
                if (matches(batch, i, wanted)) {
                    backlog.read(EventOrders.at(batch, i, routes), at);
                }
            }
        }
        backlog.readTo(at);
    }

    // ---- what was never judged ----

    /** True if it ended before all was judged, and more could be judged now. */
    private boolean pickFresh(Picks picks, long budgetEnd) {
        notBeforeMillis = Plan.NOW;
        while (!picks.full && backlog.judged() < Math.min(end, budgetEnd)) {
            if (backlog.keys() >= KeyBacklog.MAX_KEYS) {
                return false;
            }
            if (backlog.movedKeys() >= KeyBacklog.MAX_MOVED || values.isSpent()) {
                return true;
            }
            LogBatch batch = batchAt(backlog.judged());
            pickFresh(picks, batch, Math.min(batch.endOffset(), budgetEnd));
            if (notBeforeMillis != Plan.NOW) {
                return false;
            }
        }
        return backlog.judged() < end;
    }

    private void pickFresh(Picks picks, LogBatch batch, long to) {
        boolean[] wanted = filter.routes(batch.header());
        long[] routes = EventOrders.routes(batch);
        for (long offset = backlog.judged(); offset < to && !values.isSpent(); offset++) {
            int i = (int) (offset - batch.baseOffset());
            if (!matches(batch, i, wanted)) {
                backlog.judgedTo(offset + 1);
                continue;
            }
            long dueMillis = filter.dueMillis(batch, i, group.config().delayMillis());
            if (dueMillis > nowMillis) {
                notBeforeMillis = dueMillis;
                return;
            }
            KeyOrder order = EventOrders.at(batch, i, routes);
            if (isHeld(order, offset, picks)) {
                backlog.park(order, offset);
                if (backlog.movedKeys() >= KeyBacklog.MAX_MOVED || backlog.keys() >= KeyBacklog.MAX_KEYS) {
                    return;
                }
            } else if (versions != null && versions.isSuperseded(batch, i)) {
                backlog.judgedTo(offset + 1);
            } else if (picks.take(offset, order, batch.columns().bodyLength(i))) {
                backlog.noteOut(order, offset);
                backlog.judgedTo(offset + 1);
            } else {
                return;
            }
        }
    }

    private boolean matches(LogBatch batch, int i, boolean[] wanted) {
        return wanted[batch.columns().route(i)] && filter.wants(batch, i) && values.matches(batch, i);
    }

    // ---- order ----

    private boolean isHeld(KeyOrder order, long offset, Picks picks) {
        boolean aside = AsideOffset.isAside(offset);
        return (!aside && backlog.holds(order, offset))
                || isOut(order)
                || picks.barriers.contains(order.route())
                || (order.isBarrier() && (picks.routes.contains(order.route()) || waitsForOthers(order, offset)))
                || isBehind(order.key(), offset, picks)
                || (order.hasOldKey() && isBehind(order.oldKey(), offset, picks))
                || (!order.isBarrier() && isBehind(order.route(), offset, picks))
                || (order.isBarrier() && !aside && !backlog.tellsOfRoute(order.route(), offset));
    }

    /** In an answer that was planned before in this round. */
    private boolean isOut(KeyOrder order) {
        return keysOut.contains(order.route())
                || keysOut.contains(order.key())
                || (order.oldKey() != 0 && keysOut.contains(order.oldKey()))
                || (order.isBarrier() && routesOut.contains(order.route()));
    }

    /**
     * An earlier message of the key is unsettled, and does not go out before this one in the same answer. What was put back
     * from the dead letters is earlier than all of the log, and would stand behind it in an answer.
     */
    private boolean isBehind(long key, long offset, Picks picks) {
        if (key == 0 || group.unsettledRows() == 0) {
            return false;
        }
        boolean aside = AsideOffset.isAside(offset);
        if (!aside && group.aside() > 0 && isAsideUnsettled(key)) {
            return true;
        }
        long from = aside ? AsideOffset.BASE : picks.outBelow.getOrDefault(key, 0L);
        for (long before : view.unsettledOfKey(group, key, from, offset, picks.retries.size() + 1)) {
            if (!picks.retries.containsKey(before)) {
                return true;
            }
        }
        if (!aside) {
            picks.outBelow.merge(key, offset, Math::max);
        }
        return false;
    }

    private boolean isAsideUnsettled(long key) {
        return !view.unsettledOfKey(group, key, AsideOffset.BASE, Long.MAX_VALUE, 1)
                .isEmpty();
    }

    /** A truncate that was put back waits for what was put back before it only: what is of the log waits for it. */
    private boolean waitsForOthers(KeyOrder barrier, long offset) {
        if (!AsideOffset.isAside(offset)) {
            return isRouteUnsettled(barrier, offset);
        }
        return view.unsettled(group, AsideOffset.BASE, 1, message -> true)
                        .get(0)
                        .offset()
                < offset;
    }

    private boolean isRouteUnsettled(KeyOrder barrier, long offset) {
        Map<Long, Integer> counts = unsettledOfRoutes;
        if (counts == null) {
            counts = new HashMap<>();
            for (UnsettledMessage message : view.unsettled(group, 0, Integer.MAX_VALUE, message -> true)) {
                counts.merge(message.order().route(), 1, Integer::sum);
            }
            unsettledOfRoutes = counts;
        }
        int itself = view.unsettled(group, offset).isPresent() ? 1 : 0;
        return counts.getOrDefault(barrier.route(), 0) > itself;
    }

    private LogBatch batchAt(long offset) {
        return batches.at(view, group.streamId(), offset)
                .orElseThrow(() -> new IllegalStateException("expected offset " + offset + " of stream "
                        + group.streamId() + ", wanted by group " + group.id() + ", to be stored"));
    }

    private int bodyLength(long offset) {
        return batches.event(view, group, offset)
                .orElseThrow(() -> new IllegalStateException("expected offset " + offset + " of stream "
                        + group.streamId() + ", ready in group " + group.id() + ", to be stored"))
                .bodyLength();
    }

    private static long[] toArray(Set<Long> offsets) {
        return offsets.stream().mapToLong(Long::longValue).toArray();
    }

    /** What one plan has picked so far, within its bounds. */
    private static final class Picks {
        final int max;
        final TreeMap<Long, KeyOrder> events = new TreeMap<>();
        final TreeMap<Long, UnsettledMessage> retries = new TreeMap<>();
        /** Offsets below which all of a key that is unsettled goes out: a thousand of one key are not walked a thousand times. */
        final Map<Long, Long> outBelow = new HashMap<>();

        final Set<Long> keys = new HashSet<>();
        final Set<Long> routes = new HashSet<>();
        final Set<Long> barriers = new HashSet<>();
        private final long maxBytes;
        private long bytes;
        boolean full;

        Picks(int max, long maxBytes) {
            this.max = max;
            this.maxBytes = maxBytes;
            this.full = max <= 0;
        }

        int count() {
            return events.size() + retries.size();
        }

        boolean takeRetry(UnsettledMessage message, int bodyBytes) {
            if (!fits(bodyBytes)) {
                return false;
            }
            retries.put(message.offset(), message);
            note(message.order());
            return true;
        }

        boolean take(long offset, KeyOrder order, int bodyBytes) {
            if (!fits(bodyBytes)) {
                return false;
            }
            events.put(offset, order);
            note(order);
            return true;
        }

        private boolean fits(int bodyBytes) {
            if (count() == max || (bytes > 0 && bytes + bodyBytes > maxBytes)) {
                full = true;
                return false;
            }
            bytes += bodyBytes;
            full = count() + 1 == max;
            return true;
        }

        private void note(KeyOrder order) {
            routes.add(order.route());
            if (order.isBarrier()) {
                barriers.add(order.route());
            }
            for (long key : new long[] {order.key(), order.oldKey()}) {
                if (key != 0) {
                    keys.add(key);
                }
            }
        }
    }
}
