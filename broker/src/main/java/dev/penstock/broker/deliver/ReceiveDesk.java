package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.GrantPlanner;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.KeyBacklog;
import dev.penstock.broker.plan.KeyedPlanner;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.plan.Planner;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is known of one group while somebody waits for it. Owned by the thread of {@link ReceiveService}. */
final class ReceiveDesk {
    final List<Waiting> waiting = new ArrayList<>();
    boolean granting;
    /** The grant on its way hands out nothing: it moves the scan position. */
    boolean onlyScans;

    boolean dirty = true;
    /** No empty grant before {@code retryNanos}: the log refused one. */
    boolean backsOff;

    long retryNanos;

    /** There may be something at {@code wakeNanos}, though nothing happens until then. */
    boolean wakes;

    long wakeNanos;
    int streamId = -1;
    int groupId = -1;
    long generation = -1;
    long planVersion = -1;
    long judgedTo;

    private @Nullable GroupFilter filter;
    /** Of ordered groups: what waits behind its keys, as this leadership knows it. */
    private @Nullable KeyBacklog backlog;

    private long backlogTerm;

    boolean hasBacklog() {
        return backlog != null;
    }

    /** What was planned ahead of the log is not so: it is read again from the state. */
    void dropBacklog() {
        backlog = null;
    }

    void freed(Set<Long> keys) {
        KeyBacklog known = backlog;
        if (known != null) {
            keys.forEach(known::freed);
        }
    }

    /**
     * @param term of the leadership that plans
     * @param nowMillis log time
     */
    Planner planner(
            MachineView view, GroupState group, LogBatches batches, long term, int maxInFlight, long nowMillis) {
        GroupFilter current = filterFor(group);
        if (group.config().ordering() == GroupConfig.Ordering.NONE) {
            return new GrantPlanner(view, group, current, batches, judgedTo, maxInFlight, nowMillis);
        }
        KeyBacklog known = backlog;
        if (known == null || backlogTerm != term || known.scan() != group.scan()) {
            known = KeyBacklog.open(view, group);
            backlog = known;
            backlogTerm = term;
        }
        return new KeyedPlanner(view, group, current, batches, known, maxInFlight, nowMillis);
    }

    /**
     * Forgets what was judged under another generation or plan version. Throws {@link Refused} for a filter that only a
     * newer version can read.
     */
    GroupFilter filterFor(GroupState group) {
        GroupFilter current = filter;
        if (current == null
                || groupId != group.id()
                || generation != group.generation()
                || planVersion != group.planVersion()) {
            current = compiled(group);
            filter = current;
            groupId = group.id();
            streamId = group.streamId();
            generation = group.generation();
            planVersion = group.planVersion();
            judgedTo = 0;
            backlog = null;
        }
        return current;
    }

    private static GroupFilter compiled(GroupState group) {
        try {
            return GroupFilter.of(group);
        } catch (IllegalArgumentException unreadable) {
            throw new Refused(
                    Refused.Code.INVALID_REQUEST,
                    "this node cannot read the filter of group '" + group.name() + "': " + unreadable.getMessage());
        }
    }

    /** One receive that waits for its answer. */
    static final class Waiting {

        /** Beyond its deadline a receive waits so much longer at most, while its group's filter still scans. */
        private static final long MAX_OVERDUE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

        final ReceiveRequest request;
        final long deadlineNanos;
        final CompletableFuture<Received> answer = new CompletableFuture<>();

        Waiting(ReceiveRequest request, long nowNanos) {
            this.request = request;
            this.deadlineNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(request.waitMillis());
        }

        /** Whether it gets an answer without messages now. */
        boolean isOver(long nowNanos, boolean scanning) {
            return nowNanos - deadlineNanos >= (scanning ? MAX_OVERDUE_NANOS : 0);
        }
    }
}
