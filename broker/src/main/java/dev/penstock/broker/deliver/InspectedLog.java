package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.EventOrders;
import dev.penstock.broker.plan.GroupEvent;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.plan.filter.Judgement;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.Route;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What one inspection reads of the log, and how long it may. One thread, for the life of one view. */
final class InspectedLog {

    /** A reader thread is lent for so long, about. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MachineView view;
    private final GroupState group;
    private final int streamId;
    private final String stream;
    private final LogBatches batches;
    private final LongSupplier nanoTime;
    private final long untilNanos;
    private @Nullable LogBatch last;
    private long[] lastRoutes = new long[0];

    InspectedLog(MachineView view, GroupState group, LogBatches batches, LongSupplier nanoTime) {
        this.view = view;
        this.group = group;
        this.streamId = group.streamId();
        this.stream = view.stream(streamId).orElseThrow().name();
        this.batches = batches;
        this.nanoTime = nanoTime;
        this.untilNanos = nanoTime.getAsLong() + MAX_NANOS;
    }

    boolean isTimeOver() {
        return nanoTime.getAsLong() - untilNanos >= 0;
    }

    /**
     * The keys that wait: those that the state knows, and those that may from the scan position on, where the leader looks
     * without telling the state as long as it has nothing to hand out. Of the latter at most so many events are looked at,
     * for half of the time; that of the first is their offset.
     */
    Collection<ParkedKey> waitingKeys(GroupState group, List<ParkedKey> parked) {
        Map<Long, ParkedKey> byKey = new HashMap<>();
        parked.forEach(one -> byKey.put(one.key(), one));
        if (group.config().ordering() == GroupConfig.Ordering.KEY && group.unsettledRows() > 0) {
            filterOf(group).ifPresent(filter -> addUnjudged(group, filter, byKey));
        }
        return byKey.values();
    }

    private void addUnjudged(GroupState group, GroupFilter filter, Map<Long, ParkedKey> byKey) {
        long at = group.scan();
        long end = Math.min(view.stream(streamId).orElseThrow().end(), at + GroupInspection.MAX_ROWS);
        while (at < end && !isHalfOver()) {
            Optional<LogBatch> found = batchAt(at);
            if (found.isEmpty()) {
                return;
            }
            LogBatch batch = found.get();
            boolean[] wanted = filter.routes(batch.header());
            for (; at < Math.min(end, batch.endOffset()) && !isHalfOver(); at++) {
                int i = Math.toIntExact(at - batch.baseOffset());
                if (wanted[batch.columns().route(i)]
                        && filter.wants(batch, i)
                        && filter.judge(batch, i).verdict() != Judgement.Verdict.DOES_NOT_MATCH) {
                    KeyOrder order = EventOrders.at(batch, i, lastRoutes);
                    for (long key : order.waitingKeys()) {
                        byKey.putIfAbsent(key, new ParkedKey(key, at, order.route()));
                    }
                }
            }
        }
    }

    /** Empty if a newer version made it and this node cannot read it. */
    private static Optional<GroupFilter> filterOf(GroupState group) {
        try {
            return Optional.of(GroupFilter.of(group));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private boolean isHalfOver() {
        return nanoTime.getAsLong() - untilNanos + MAX_NANOS / 2 >= 0;
    }

    /** Of a message of the group. Empty if it is not stored any more. */
    Optional<RenderedEvent> event(long offset, boolean withJson) {
        Optional<GroupEvent> event = AsideOffset.isAside(offset)
                ? batches.event(view, group, offset)
                : batchAt(offset)
                        .map(batch -> new GroupEvent(batch, Math.toIntExact(offset - batch.baseOffset()), offset));
        return event.map(found -> withJson ? EventRenderer.render(stream, found) : EventRenderer.facts(found));
    }

    /** What an ordered group knows of the event. */
    Optional<KeyOrder> order(long offset) {
        return batchAt(offset)
                .map(batch -> EventOrders.at(batch, Math.toIntExact(offset - batch.baseOffset()), lastRoutes));
    }

    /** The table of that hash, if the batch around the offset knows it. */
    Optional<String> table(long routeHash, long offset) {
        Optional<LogBatch> batch = batchAt(offset);
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; i < lastRoutes.length; i++) {
            Route route = batch.get().header().routes().get(i);
            if (lastRoutes[i] == routeHash && route.kind() == Route.Kind.TABLE) {
                return Optional.of(route.schema() + "." + route.name());
            }
        }
        return Optional.empty();
    }

    private Optional<LogBatch> batchAt(long offset) {
        LogBatch batch = last;
        if (batch != null && batch.baseOffset() <= offset && offset < batch.endOffset()) {
            return Optional.of(batch);
        }
        Optional<LogBatch> found = batches.at(view, streamId, offset);
        found.ifPresent(read -> {
            last = read;
            lastRoutes = EventOrders.routes(read);
        });
        return found;
    }
}
