package dev.penstock.cluster.load;

import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the workload has committed and what of it has come back. Thread-safe. A change is announced before its COMMIT is
 * sent, because its event may arrive before the answer to the COMMIT does. Keeps what is under way; keeps everything only if
 * it is told to, for a proof at the end.
 */
public final class Ledger {
    private static final int COMMITTED = 1;
    private static final int ACKED = 2;

    private final boolean keep;
    private final ConcurrentHashMap<Change, Progress> underWay = new ConcurrentHashMap<>();
    private final List<Transaction> committed = new ArrayList<>();
    private final LongAdder committedChanges = new LongAdder();
    private final LongAdder deliveredChanges = new LongAdder();

    /** @param state bits of what has happened */
    private record Progress(int state, long committedNanos) {
        Progress with(int bit, long nowNanos) {
            return new Progress(state | bit, bit == COMMITTED ? nowNanos : committedNanos);
        }

        boolean done() {
            return state == (COMMITTED | ACKED);
        }
    }

    /** @param keep true to keep all committed transactions for {@link #transactions()} */
    public Ledger(boolean keep) {
        this.keep = keep;
    }

    /** Call before COMMIT is sent. */
    void announce(Transaction transaction) {
        for (Change change : transaction.changes()) {
            underWay.put(change, new Progress(0, 0));
        }
    }

    /** COMMIT succeeded. */
    void committed(Transaction transaction) {
        if (keep) {
            synchronized (committed) {
                committed.add(transaction);
            }
        }
        long now = System.nanoTime();
        for (Change change : transaction.changes()) {
            mark(change, COMMITTED, now);
        }
        committedChanges.add(transaction.changes().size());
    }

    /** The transaction did not commit: none of its changes may ever be seen. */
    void withdrawn(Transaction transaction) {
        transaction.changes().forEach(underWay::remove);
    }

    /** A consumer acked the change with success. Changes that are not ours, or are done already, are passed over. */
    void acked(Change change) {
        mark(change, ACKED, System.nanoTime());
    }

    private void mark(Change change, int bit, long nowNanos) {
        underWay.computeIfPresent(change, (key, progress) -> {
            Progress next = progress.with(bit, nowNanos);
            if (next.done()) {
                deliveredChanges.increment();
                return null;
            }
            return next;
        });
    }

    public long committedChanges() {
        return committedChanges.sum();
    }

    public long deliveredChanges() {
        return deliveredChanges.sum();
    }

    /** Committed changes that were not acked within {@code patienceNanos}. */
    public long overdue(long patienceNanos) {
        long now = System.nanoTime();
        return underWay.values().stream()
                .filter(p -> p.state() == COMMITTED && now - p.committedNanos() > patienceNanos)
                .count();
    }

    /** One of the committed changes that were not acked, if there is any: for people. */
    public Optional<Change> outstanding() {
        return underWay.entrySet().stream()
                .filter(entry -> (entry.getValue().state() & COMMITTED) != 0)
                .map(Map.Entry::getKey)
                .findAny();
    }

    /** True if all that was committed was acked. */
    public boolean isDrained() {
        return underWay.values().stream().noneMatch(progress -> (progress.state() & COMMITTED) != 0);
    }

    /** What was committed so far, per writer in order; empty unless it is kept. */
    public List<Transaction> transactions() {
        synchronized (committed) {
            return List.copyOf(committed);
        }
    }
}
