package dev.penstock.broker.plan;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.UnsettledMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plans the grants of an unordered group.
 * Reads the applied state and the log, decides, touches nothing. A wrong or stale plan can delay, never lose, double or
 * reorder: apply checks it. Its only unchecked power is the judgement that an offset does not match, or is superseded.
 *
 * <p>Ready messages (given back or expired) come first, in order of offset, then events that were never handed out. No
 * overlay of proposals on their way is needed: a group is planned only while none of its grants is.
 */
public final class GrantPlanner implements Planner {

    /** Offsets judged in one plan at most, so that a filter that matches nothing cannot hold up other groups. */
    static final long SCAN_BUDGET = 100_000;

    /** Messages reached before their time in one plan at most: about 10 bytes each in the grant. */
    static final int MAX_DELAYED = 1_000;

    private final MachineView view;
    private final GroupState group;
    private final GroupFilter filter;
    private final ValueScan values;
    private final @Nullable RowVersions versions;
    private final LogBatches batches;
    private final long end;
    private final long nowMillis;
    private long scan;
    private long judged;
    private long retryFrom;
    private int room;

    /**
     * @param judgedTo offsets below it were judged under this plan version already and none of them at or above the
     *     group's scan matches
     * @param maxInFlight messages the group may have under lease
     * @param nowMillis log time
     */
    public GrantPlanner(
            MachineView view,
            GroupState group,
            GroupFilter filter,
            LogBatches batches,
            long judgedTo,
            int maxInFlight,
            long nowMillis) {
        this.view = view;
        this.group = group;
        this.filter = filter;
        this.values = new ValueScan(filter, ValueScan.BUDGET);
        this.batches = batches;
        this.nowMillis = nowMillis;
        this.end = view.stream(group.streamId()).map(stream -> stream.end()).orElse(0L);
        this.versions = group.config().mode() == GroupConfig.Mode.ROWS
                ? new RowVersions(view, group.streamId(), filter, values, batches, end)
                : null;
        this.scan = group.scan();
        this.judged = Math.max(group.scan(), judgedTo);
        this.retryFrom = 0;
        this.room = (int) Math.max(0, maxInFlight - group.leased());
    }

    @Override
    public Plan next(int max, long maxBytes) {
        Picked picked = new Picked(Math.min(max, room), maxBytes);
        pickReady(picked);
        long budgetEnd = judged + SCAN_BUDGET;
        while (!picked.full && !picked.hasManyDelayed() && judged < end && judged < budgetEnd && !values.isSpent()) {
            LogBatch batch = batches.at(view, group.streamId(), judged)
                    .orElseThrow(() -> new IllegalStateException("expected offset " + judged + " of stream "
                            + group.streamId() + " below its end " + end + " to be stored"));
            pickFresh(picked, batch);
        }
        Plan plan = new Plan(
                scan,
                judged,
                picked.fresh(),
                picked.retries(),
                KeyPlan.NONE,
                picked.delays(),
                Plan.NOW,
                picked.full || judged < end);
        room -= plan.messages();
        return plan;
    }

    @Override
    public void accept(Plan plan) {
        scan = plan.newScan();
    }

    private void pickReady(Picked picked) {
        if (group.ready() == 0 || picked.full) {
            return;
        }
        List<UnsettledMessage> ready = view.ready(group, retryFrom, picked.room());
        for (UnsettledMessage message : ready) {
            GroupEvent event = batches.event(view, group, message.offset())
                    .orElseThrow(() -> new IllegalStateException("expected offset " + message.offset() + " of stream "
                            + group.streamId() + ", ready in group " + group.id() + ", to be stored"));
            if (!picked.takeRetry(message.offset(), event.bodyLength())) {
                return;
            }
            retryFrom = message.offset() + 1;
        }
    }

    private void pickFresh(Picked picked, LogBatch batch) {
        boolean[] routes = filter.routes(batch.header());
        if (!any(routes)) {
            judged = batch.endOffset();
            return;
        }
        EventBatch.Columns columns = batch.columns();
        while (judged < batch.endOffset() && !values.isSpent() && !picked.hasManyDelayed()) {
            int i = (int) (judged - batch.baseOffset());
            if (routes[columns.route(i)]
                    && filter.wants(batch, i)
                    && values.matches(batch, i)
                    && (versions == null || !versions.isSuperseded(batch, i))) {
                long dueMillis = filter.dueMillis(batch, i, group.config().delayMillis());
                if (dueMillis > nowMillis) {
                    picked.delay(judged, dueMillis);
                } else if (!picked.takeFresh(judged, columns.bodyLength(i))) {
                    return;
                }
            }
            judged++;
        }
    }

    private static boolean any(boolean[] routes) {
        for (boolean wanted : routes) {
            if (wanted) {
                return true;
            }
        }
        return false;
    }

    /** What one plan has picked so far, within its bounds. */
    private static final class Picked {
        private final int max;
        private final long maxBytes;
        private long[] fresh = new long[16];
        private long[] retries = new long[0];
        private int freshCount;
        private int retryCount;
        private long bytes;
        private boolean full;
        private final List<Long> delayed = new ArrayList<>();
        private final List<Long> dueMillis = new ArrayList<>();

        Picked(int max, long maxBytes) {
            this.max = max;
            this.maxBytes = maxBytes;
            this.full = max <= 0;
        }

        int room() {
            return max - freshCount - retryCount;
        }

        boolean takeRetry(long offset, int bodyBytes) {
            if (!fits(bodyBytes)) {
                return false;
            }
            if (retryCount == retries.length) {
                retries = Arrays.copyOf(retries, Math.max(16, retryCount * 2));
            }
            retries[retryCount++] = offset;
            full = room() == 0;
            return true;
        }

        boolean takeFresh(long offset, int bodyBytes) {
            if (!fits(bodyBytes)) {
                return false;
            }
            if (freshCount == fresh.length) {
                fresh = Arrays.copyOf(fresh, freshCount * 2);
            }
            fresh[freshCount++] = offset;
            // The next event must still be judged, by the next plan: full is found out when it does not fit.
            return true;
        }

        void delay(long offset, long due) {
            delayed.add(offset);
            dueMillis.add(due);
        }

        boolean hasManyDelayed() {
            return delayed.size() >= MAX_DELAYED;
        }

        DelayPlan delays() {
            return delayed.isEmpty() ? DelayPlan.NONE : new DelayPlan(toArray(delayed), toArray(dueMillis));
        }

        private static long[] toArray(List<Long> numbers) {
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private boolean fits(int bodyBytes) {
            if (room() == 0 || (bytes > 0 && bytes + bodyBytes > maxBytes)) {
                full = true;
                return false;
            }
            bytes += bodyBytes;
            return true;
        }

        long[] fresh() {
            return Arrays.copyOf(fresh, freshCount);
        }

        long[] retries() {
            return Arrays.copyOf(retries, retryCount);
        }
    }
}
