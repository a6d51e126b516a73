package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.util.concurrent.TimeUnit;

/**
 * One connection's stream, from START_REPLICATION to its end: read, assemble, propose, and tell the server how far a
 * quorum holds. Ends by throwing a {@link SourceFault}; what was proposed stays with the log. One thread.
 */
final class StreamingRun {

    /** Messages taken in one step, so that outcomes and status are looked at in between. */
    private static final int MESSAGES_PER_STEP = 512;

    /** An idle feed is asked again after this long: the latency of the first event after a pause. */
    private static final long IDLE_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A connection that lived so long was worth something also if nothing was to be stored. */
    private static final long PROVEN_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Until a feed counts as idle it is asked again at once (it waits about a millisecond by itself). */
    private static final long SPIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ChangeFeed feed;
    private final FlushTracker flushed;
    private final Pipeline pipeline;
    private final BatchAssembler batches;
    private final ChangeAssembler changes;
    private final IdleBound idleBound;
    private final Reporter reporter;
    private final HealthWatch health;
    private final StatusBoard board;
    private Lsn keepaliveEnd = Lsn.ZERO;
    private boolean replyRequested;
    private boolean caughtUp;
    private long lastCommitMicros;
    private final long openedNanos;
    private long lastHeardNanos;
    private boolean accepted;

    StreamingRun(
            SourceConfig config,
            SourceLog log,
            SourceState state,
            SourceSession session,
            ChangeFeed feed,
            JsonBytes out,
            StatusBoard board,
            Runnable wake,
            long nowNanos) {
        SourceConfig.Limits limits = config.limits();
        this.feed = feed;
        this.board = board;
        this.flushed = new FlushTracker(state.bound());
        this.pipeline = new Pipeline(log, limits.maxOutstandingBytes(), state.last(), wake);
        this.batches = new BatchAssembler(config.name(), state.database(), limits, state.last(), pipeline::propose);
        this.changes = new ChangeAssembler(
                config.slot(), state.epoch(), state.last(), new RelationCache(session, out), out, batches);
        this.idleBound = new IdleBound(log, wake, nowNanos);
        this.reporter = new Reporter(feed, flushed, limits.walSenderTimeoutMillis());
        this.health = new HealthWatch(session, state, config.publication(), nowNanos);
        this.openedNanos = nowNanos;
        this.lastHeardNanos = nowNanos;
    }

    /**
     * Whether the connection was worth something: the log accepted what came of it, or it has lived for a while. To have
     * heard something does not count: a fault that comes back with the first message would look like progress each time.
     */
    boolean progressed(long nowNanos) {
        return accepted || nowNanos - openedNanos >= PROVEN_NANOS;
    }

    /** Does what can be done now; returns how long to wait before the next step, in nanoseconds. */
    long step(long nowNanos) throws SourceFault {
        takeOutcomes();
        boolean readable = !pipeline.isFull();
        int taken = readable ? read(nowNanos) : 0;
        boolean drained = readable && taken < MESSAGES_PER_STEP;
        batches.closeIfDue(drained, pipeline.isEmpty(), nowNanos);
        if (drained && nothingPending()) {
            idleBound.propose(pipeline.storedLast(), keepaliveEnd, flushed.durable(), replyRequested, nowNanos);
        }
        health.check(flushed.durable(), nowNanos);
        if (!readable) {
            lastHeardNanos = nowNanos; // not listening: silence means nothing
        }
        boolean answered = reporter.report(written(), replyRequested, lastHeardNanos, nowNanos);
        // A server that shuts down asks until it is told its very end: then the idle bound hurries too.
        replyRequested = replyRequested && !(answered && flushed.durable().compareTo(keepaliveEnd) >= 0);
        board.streaming(
                flushed, keepaliveEnd.max(health.walEnd()), health.retainedWalBytes(), lastCommitMicros, caughtUp);
        // With the pipeline full there is nothing to do before an outcome, and outcomes wake this thread.
        boolean busy = taken > 0 || (readable && nowNanos - lastHeardNanos < SPIN_NANOS);
        return busy ? 0 : IDLE_WAIT_NANOS;
    }

    /** Proposes all that was assembled, before a stop that loses nothing. */
    void closeAll(long nowNanos) {
        batches.closeAll(nowNanos);
    }

    private void takeOutcomes() throws SourceFault {
        BatchHeader stored = pipeline.takeStored();
        while (stored != null) {
            accepted = true;
            flushed.stored(stored.endLsn());
            lastCommitMicros = Math.max(lastCommitMicros, stored.maxCommitMicros());
            stored = pipeline.takeStored();
        }
        Lsn idle = idleBound.takeAccepted();
        accepted |= !idle.equals(Lsn.ZERO);
        flushed.stored(idle);
    }

    /** Takes messages until there are none, or the pipeline is full, or enough for one step; returns how many. */
    private int read(long nowNanos) throws SourceFault {
        int taken = 0;
        while (taken < MESSAGES_PER_STEP && !pipeline.isFull()) {
            ChangeFeed.Arrival arrival = feed.poll();
            if (arrival == ChangeFeed.Arrival.NOTHING) {
                return taken;
            }
            taken++;
            lastHeardNanos = nowNanos;
            if (arrival == ChangeFeed.Arrival.DATA) {
                caughtUp = false;
                changes.accept(feed, nowNanos);
            } else if (arrival == ChangeFeed.Arrival.EXCESS) {
                throw changes.refuse(feed);
            } else {
                keepalive();
            }
        }
        return taken;
    }

    private void keepalive() {
        replyRequested |= feed.replyRequested();
        // Within a transaction the WAL end lies before its commit: of no use, and not to be trusted with one open.
        if (!changes.inTransaction()) {
            keepaliveEnd = keepaliveEnd.max(feed.walEnd());
            caughtUp = nothingPending();
        }
    }

    private boolean nothingPending() {
        return !changes.inTransaction() && batches.isEmpty() && pipeline.isEmpty();
    }

    private Lsn written() {
        return flushed.durable().max(changes.received()).max(keepaliveEnd);
    }
}
