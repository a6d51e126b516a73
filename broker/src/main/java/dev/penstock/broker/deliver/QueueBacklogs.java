package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * How many messages wait in queues that are sent to, beyond the scan position: their stream may hold millions of other events
 * there. Counted from the log, at most once, and remembered by batch: what was received since is taken off again. A
 * count that takes too long goes on with the next question; until then it says what it has found. Thread-safe.
 */
final class QueueBacklogs {

    /** Batches with messages that are remembered of one queue: about 100 bytes each. */
    private static final int MAX_BATCHES = 50_000;

    private final LogBatches batches;
    private final LongSupplier nanoTime;
    private final Map<Integer, Count> counts = new HashMap<>();

    QueueBacklogs(LogBatches batches, LongSupplier nanoTime) {
        this.batches = batches;
        this.nanoTime = nanoTime;
    }

    /** Of one generation of a group. */
    private static final class Count {
        final long generation;
        long lookedTo;
        final TreeMap<Long, Integer> messagesOfBatch = new TreeMap<>();

        Count(GroupState group) {
            this.generation = group.generation();
            this.lookedTo = group.scan();
        }
    }

    /** Forgets groups that are no more. */
    synchronized void keepOnly(Set<Integer> groupIds) {
        counts.keySet().retainAll(groupIds);
    }

    /** @param untilNanos when to stop looking */
    synchronized long of(MachineView view, GroupState group, long untilNanos) {
        Count count = counts.get(group.id());
        if (count == null || count.generation != group.generation()) {
            count = new Count(group);
            counts.put(group.id(), count);
        }
        GroupFilter filter = GroupFilter.of(group);
        forgetPassed(view, group, filter, count);
        long end = view.stream(group.streamId()).map(stream -> stream.end()).orElse(0L);
        while (count.lookedTo < end
                && count.messagesOfBatch.size() < MAX_BATCHES
                && nanoTime.getAsLong() - untilNanos < 0) {
            LogBatch batch = batches.at(view, group.streamId(), count.lookedTo).orElse(null);
            if (batch == null) {
                break;
            }
            int messages = messages(filter, batch, count.lookedTo);
            if (messages > 0) {
                count.messagesOfBatch.put(batch.baseOffset(), messages);
            }
            count.lookedTo = batch.endOffset();
        }
        return count.messagesOfBatch.values().stream()
                .mapToLong(Integer::longValue)
                .sum();
    }

    /** Of the batch in which the scan position lies, what is beyond it is counted anew. */
    private void forgetPassed(MachineView view, GroupState group, GroupFilter filter, Count count) {
        long scan = group.scan();
        count.lookedTo = Math.max(count.lookedTo, scan);
        Long within = count.messagesOfBatch.floorKey(scan);
        count.messagesOfBatch.headMap(scan, false).keySet().removeIf(base -> !base.equals(within));
        if (within == null || within == scan) {
            return;
        }
        count.messagesOfBatch.remove(within);
        batches.at(view, group.streamId(), within)
                .filter(batch -> batch.endOffset() > scan)
                .map(batch -> messages(filter, batch, scan))
                .filter(messages -> messages > 0)
                .ifPresent(messages -> count.messagesOfBatch.put(within, messages));
    }

    private static int messages(GroupFilter filter, LogBatch batch, long from) {
        boolean[] routes = filter.routes(batch.header());
        int messages = 0;
        boolean any = false;
        for (boolean wanted : routes) {
            any |= wanted;
        }
        for (long offset = Math.max(from, batch.baseOffset()); any && offset < batch.endOffset(); offset++) {
            int i = Math.toIntExact(offset - batch.baseOffset());
            if (routes[batch.columns().route(i)] && filter.wants(batch, i)) {
                messages++;
            }
        }
        return messages;
    }
}
