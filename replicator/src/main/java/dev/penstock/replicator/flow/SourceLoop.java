package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceServer;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.flow.SourceStatus.State;
import dev.penstock.replicator.render.EventTooLargeException;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.SourceState;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All decisions of one source's replicator, in steps: connect, set up, stream, and on a fault wait, stop, or record a gap
 * and stop. No thread and no clock of its own, so that a test can lead it. Used by one thread at a time.
 */
final class SourceLoop {

    private static final Logger LOG = LoggerFactory.getLogger(SourceLoop.class);

    private static final long FIRST_DELAY_MILLIS = 100;
    private static final long LONGEST_DELAY_MILLIS = 5_000;

    /** While a predecessor that was just ended leaves the slot. */
    private static final long FIRST_TAKEOVER_MILLIS = 50;

    private static final long LONGEST_TAKEOVER_MILLIS = 500;

    /** How often a stopped source looks whether an operator resumed it, and a waiting one for the log's answer. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long AWAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final SourceConfig config;
    private final SourceLog log;
    private final SourceServer server;
    private final ReaderName name;
    private final Clock clock;
    private final Runnable wake;
    private final StatusBoard board;
    private final JsonBytes out;
    private final Backoff retries;
    private final Backoff takeovers;
    private volatile boolean closing;
    private Phase phase = Phase.CONNECT;
    private long notBeforeNanos;
    private boolean delayed;
    private @Nullable SourceSession session;
    private @Nullable Opening opening;
    private @Nullable StreamingRun run;
    private @Nullable CompletableFuture<SourceLog.AppendOutcome> stopping;
    private String stoppingFor = "";

    private enum Phase {
        CONNECT,
        OPENING,
        STREAMING,
        /** A gap is on its way into the log. */
        STOPPING,
        /** By a gap in the log: an operator's decision shows in the log's state. */
        STOPPED,
        /** Until this replicator is started anew. */
        HALTED
    }

    /** @param wake called from any thread when the log has answered something */
    SourceLoop(
            SourceConfig config,
            SourceLog log,
            SourceServer server,
            long term,
            Clock clock,
            RandomGenerator random,
            Runnable wake) {
        this.config = config;
        this.log = log;
        this.server = server;
        this.name = ReaderName.of(config.clusterId(), config.nodeId(), term);
        this.clock = clock;
        this.wake = wake;
        this.board = new StatusBoard(config.name());
        this.out = new JsonBytes(config.limits().maxEventBytes());
        this.retries = new Backoff(FIRST_DELAY_MILLIS, LONGEST_DELAY_MILLIS, random);
        this.takeovers = new Backoff(FIRST_TAKEOVER_MILLIS, LONGEST_TAKEOVER_MILLIS, random);
    }

    SourceStatus status() {
        return board.status();
    }

    /** From any thread: what breaks from now on is meant to. */
    void closing() {
        closing = true;
    }

    /** Does what can be done now; returns how long to wait before the next step, in nanoseconds. */
    long step(long nowNanos) {
        if (delayed && nowNanos - notBeforeNanos < 0) {
            return notBeforeNanos - nowNanos;
        }
        delayed = false;
        try {
            return advance(nowNanos);
        } catch (RuntimeException e) {
            return afterFailure(e, nowNanos);
        }
    }

    private long advance(long nowNanos) {
        try {
            return switch (phase) {
                case CONNECT -> connect();
                case OPENING -> open(nowNanos);
                case STREAMING -> stream(nowNanos);
                case STOPPING -> awaitStop();
                case STOPPED -> lookForResumption();
                case HALTED -> LOOK_NANOS;
            };
        } catch (SourceFault fault) {
            // What comes after a fault can fail as well, a gap's way into the log above all.
            return afterFault(fault, nowNanos);
        }
    }

    /** A thread that died of it would leave its last word on show, as if it were still at work. */
    private long afterFailure(RuntimeException e, long nowNanos) {
        LOG.error("source {}: unexpected failure", config.name(), e);
        disconnect();
        if (closing) {
            phase = Phase.HALTED;
            return LOOK_NANOS;
        }
        return retry(
                new SourceFault.Retry("internal_error", "unexpected failure, see the log: " + e, e), retries, nowNanos);
    }

    private long connect() throws SourceFault {
        Optional<SourceState> state = log.state();
        if (state.isPresent() && state.get().phase() == SourceState.Phase.STOPPED) {
            stopped(state.get().stopReason());
            return LOOK_NANOS;
        }
        if (board.status().state() == State.IDLE) {
            board.state(State.CONNECTING, "ok", "");
        }
        SourceSession connected = server.connect();
        session = connected;
        opening = new Opening(config, log, connected, name, wake);
        phase = Phase.OPENING;
        return 0;
    }

    private long open(long nowNanos) throws SourceFault {
        Opening.Opened opened = at(opening).step();
        if (opened == null) {
            return AWAIT_NANOS;
        }
        run = new StreamingRun(config, log, opened.state(), at(session), opened.feed(), out, board, wake, nowNanos);
        opening = null;
        phase = Phase.STREAMING;
        takeovers.reset();
        LOG.info(
                "source {}: streaming slot {} from {}, after {}",
                config.name(),
                config.slot(),
                opened.state().bound(),
                opened.state().last());
        return 0;
    }

    private long stream(long nowNanos) throws SourceFault {
        StreamingRun running = at(run);
        try {
            return running.step(nowNanos);
        } finally {
            if (running.progressed(nowNanos)) {
                retries.reset();
            }
        }
    }

    private long awaitStop() throws SourceFault {
        CompletableFuture<SourceLog.AppendOutcome> outcome = at(stopping);
        if (!outcome.isDone()) {
            return AWAIT_NANOS;
        }
        stopping = null;
        phase = Phase.CONNECT;
        SourceLog.AppendOutcome decided = Outcomes.of(outcome, "recording a gap");
        if (!(decided instanceof SourceLog.AppendOutcome.Stored)) {
            // The log moved meanwhile, or is stopped already: look again from the beginning.
            throw new SourceFault.Retry("log_moved", "the log is not where the gap was to be recorded: " + decided);
        }
        LOG.error("source {}: GAP, {}", config.name(), stoppingFor);
        return 0;
    }

    private long lookForResumption() {
        Optional<SourceState> state = log.state();
        if (state.isEmpty() || state.get().phase() != SourceState.Phase.STOPPED) {
            phase = Phase.CONNECT;
            board.state(State.CONNECTING, "ok", "");
            return 0;
        }
        return LOOK_NANOS;
    }

    private long afterFault(SourceFault fault, long nowNanos) {
        if (closing) {
            disconnect();
            phase = Phase.HALTED;
            return LOOK_NANOS;
        }
        if (fault instanceof SourceFault.Stop && run != null) {
            run.closeAll(nowNanos);
        }
        disconnect();
        if (fault instanceof SourceFault.Stop) {
            LOG.error("source {} stopped, {}: {}", config.name(), fault.code(), fault.getMessage());
            board.state(State.STOPPED, fault.code(), String.valueOf(fault.getMessage()));
            phase = Phase.HALTED;
            return LOOK_NANOS;
        }
        if (fault instanceof SourceFault.Gap gap) {
            return recordGap(gap);
        }
        return retry(fault, fault instanceof SourceFault.SlotBusy ? takeovers : retries, nowNanos);
    }

    private long retry(SourceFault fault, Backoff backoff, long nowNanos) {
        long wait = backoff.nextNanos();
        if (!fault.code().equals(board.status().code())) {
            LOG.warn("source {} is tried again, {}: {}", config.name(), fault.code(), fault.getMessage());
        }
        board.state(State.RETRYING, fault.code(), String.valueOf(fault.getMessage()));
        phase = Phase.CONNECT;
        delayed = true;
        notBeforeNanos = nowNanos + wait;
        return wait;
    }

    /**
     * A gap is one when the log holds it. Until then it may be a successor's doing, seen by a leader that does not know yet
     * that it is deposed: what it compares with is old then, and the log will not take its word.
     */
    private long recordGap(SourceFault.Gap gap) {
        stoppingFor = gap.code() + ": " + gap.getMessage();
        LOG.warn("source {}: looks like a gap, the log is asked to record it, {}", config.name(), stoppingFor);
        board.state(State.RETRYING, gap.code(), String.valueOf(gap.getMessage()));
        phase = Phase.CONNECT;
        Optional<SourceState> state = log.state();
        if (state.isEmpty()) {
            return 0;
        }
        try {
            EventBatch batch = GapEvent.batch(state.get(), gap, clock.millis() * 1000, out);
            CompletableFuture<SourceLog.AppendOutcome> outcome = log.stop(GapEvent.reason(state.get(), gap), batch);
            Outcomes.wake(outcome, wake);
            stopping = outcome;
            phase = Phase.STOPPING;
            return AWAIT_NANOS;
        } catch (EventTooLargeException e) {
            throw new IllegalStateException("expected a gap event to be small", e);
        }
    }

    private void stopped(String reason) {
        int colon = reason.indexOf(": ");
        String code = colon > 0 ? reason.substring(0, colon) : "gap";
        board.state(State.STOPPED, code, remedy(colon > 0 ? reason.substring(colon + 2) : reason));
        phase = Phase.STOPPED;
    }

    private static String remedy(String what) {
        return what
                + ". Changes may be missing from here on; the source stays stopped until an operator accepts the gap";
    }

    private void disconnect() {
        opening = null;
        run = null;
        stopping = null;
        if (session != null) {
            session.close();
            session = null;
        }
    }

    private static <T> T at(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("expected this part to exist in this phase");
        }
        return part;
    }
}
