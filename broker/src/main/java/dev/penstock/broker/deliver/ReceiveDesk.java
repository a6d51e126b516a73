package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.storage.model.GroupState;
import java.util.ArrayList;
import java.util.List;
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
    int streamId = -1;
    int groupId = -1;
    long generation = -1;
    long planVersion = -1;
    long judgedTo;

    @Nullable
    GroupFilter filter;

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
        }
        return current;
    }

    private static GroupFilter compiled(GroupState group) {
        try {
            return GroupFilter.compile(group.config());
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

        /** A filter that matches nothing moves the group's replicated scan position this often, in offsets. */
        private static final long EMPTY_GRANT_OFFSETS = 4096;

        final ReceiveRequest request;
        final long deadlineNanos;
        final CompletableFuture<Received> answer = new CompletableFuture<>();

        Waiting(ReceiveRequest request, long nowNanos) {
            this.request = request;
            this.deadlineNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(request.waitMillis());
        }

        /**
         * Whether the group's scan position is to be moved over what was judged in vain. Of a receive that ends without
         * messages all is kept: it must not be judged for the next one again.
         */
        boolean savesScan(long judged, long nowNanos) {
            return judged >= (isOver(nowNanos, true) ? 1 : EMPTY_GRANT_OFFSETS);
        }

        /** Whether it gets an answer without messages now. */
        boolean isOver(long nowNanos, boolean scanning) {
            return nowNanos - deadlineNanos >= (scanning ? MAX_OVERDUE_NANOS : 0);
        }
    }
}
