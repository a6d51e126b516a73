package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets Postgres forget WAL that holds nothing for this source (an idle database, another database's writes). The bound
 * goes into the log first and to Postgres only when it was accepted, so that a slot that stands beyond the log's bound
 * proves that somebody else moved it. One thread.
 */
final class IdleBound {

    /** Between two bounds while idle: each is an entry of the log. */
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Or as soon as this much WAL is to be forgotten: one segment. */
    private static final long INTERVAL_BYTES = 16L << 20;

    private final SourceLog log;
    private final Runnable wake;
    private long proposedNanos;
    private Lsn proposed = Lsn.ZERO;
    private @Nullable CompletableFuture<SourceLog.Decision> outcome;

    IdleBound(SourceLog log, Runnable wake, long nowNanos) {
        this.log = log;
        this.wake = wake;
        this.proposedNanos = nowNanos;
    }

    /**
     * To be called only with nothing pending.
     *
     * @param last the log's last event
     * @param end WAL end by the last keepalive between transactions
     * @param durable what may be confirmed already
     * @param wanted the server waits for our confirmation
     */
    void propose(SourcePosition last, Lsn end, Lsn durable, boolean wanted, long nowNanos) {
        if (outcome != null || !end.isAfter(durable)) {
            return;
        }
        if (wanted || end.minus(durable) >= INTERVAL_BYTES || nowNanos - proposedNanos >= INTERVAL_NANOS) {
            proposed = end;
            proposedNanos = nowNanos;
            CompletableFuture<SourceLog.Decision> decision = log.bound(last, end);
            outcome = decision;
            Outcomes.wake(decision, wake);
        }
    }

    /** The bound that was accepted since the last call, else 0/0. */
    Lsn takeAccepted() throws SourceFault {
        if (outcome == null || !outcome.isDone()) {
            return Lsn.ZERO;
        }
        CompletableFuture<SourceLog.Decision> done = outcome;
        outcome = null;
        Outcomes.accepted(done, "moving the bound to " + proposed);
        return proposed;
    }
}
