package dev.penstock.broker.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends that wait, in order per source; sources take turns. Guarded by the proposer's lock. */
final class AppendQueue {
    /** Insertion order is the order of turns: a source that had its turn is put last. */
    private final Map<Integer, ArrayDeque<Submission>> bySource = new LinkedHashMap<>();

    private long bytes;
    private int count;

    void add(Submission submission) {
        bySource.computeIfAbsent(submission.source, s -> new ArrayDeque<>()).add(submission);
        bytes += submission.bytes;
        count++;
    }

    @Nullable
    Submission peek() {
        for (ArrayDeque<Submission> queue : bySource.values()) {
            return queue.peek();
        }
        return null;
    }

    /** The next ones in turn, as long as they fit together; the first one always. */
    List<Submission> take(int maxBytes) {
        List<Submission> taken = new ArrayList<>();
        long sum = 0;
        while (true) {
            Submission next = peek();
            if (next == null || (!taken.isEmpty() && sum + next.bytes > maxBytes)) {
                return taken;
            }
            ArrayDeque<Submission> queue = bySource.remove(next.source);
            if (queue == null) {
                throw new IllegalStateException("source " + next.source + " has no queue");
            }
            queue.remove();
            if (!queue.isEmpty()) {
                bySource.put(next.source, queue);
            }
            taken.add(next);
            sum += next.bytes;
            bytes -= next.bytes;
            count--;
        }
    }

    /**
     * Takes out a source from its first submission on that waits since before {@code nanos}: what comes after it must not
     * overtake it.
     */
    List<Submission> takeOlderThan(long nanos) {
        List<Submission> taken = new ArrayList<>();
        for (Iterator<ArrayDeque<Submission>> queues = bySource.values().iterator(); queues.hasNext(); ) {
            ArrayDeque<Submission> queue = queues.next();
            Submission first = queue.peek();
            if (first != null && first.enqueuedNanos - nanos < 0) {
                taken.addAll(queue);
                queues.remove();
            }
        }
        for (Submission submission : taken) {
            bytes -= submission.bytes;
            count--;
        }
        return taken;
    }

    List<Submission> takeAll() {
        List<Submission> all = new ArrayList<>();
        bySource.values().forEach(all::addAll);
        bySource.clear();
        bytes = 0;
        count = 0;
        return all;
    }

    boolean isEmpty() {
        return count == 0;
    }

    long bytes() {
        return bytes;
    }

    int count() {
        return count;
    }
}
