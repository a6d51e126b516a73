package dev.penstock.replicator.flow;

import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The log as one source's replicator sees it: its own facts, read and appended. Implemented by the broker over its
 * proposer, and in memory for tests.
 *
 * <p>Every future completes normally with what was decided by the log, or exceptionally when the outcome is
 * <em>unknown</em> (lost leadership, time-out): the command may still be applied, now or later. After an unknown outcome
 * the replicator drops its connection and pipeline, reads {@link #state()} and goes on from there; the log's own compare
 * makes a repetition harmless.
 */
public interface SourceLog {

    /** The source as applied on this node, which leads; empty if the log never heard of it. */
    Optional<SourceState> state();

    CompletableFuture<Decision> intent(String database, String slot, String publication);

    CompletableFuture<Decision> ready(String systemId, int timeline, Lsn consistentPoint);

    /** Appends in the order of calls. Several may be on their way. */
    CompletableFuture<AppendOutcome> append(EventBatch batch);

    /**
     * Moves the bound that may be confirmed while nothing is pending after {@code previous}. Refused also where the
     * source's last position is another: only after Accepted is the bound told to Postgres.
     */
    CompletableFuture<Decision> bound(SourcePosition previous, Lsn bound);

    /**
     * The server streams from a later timeline, and had everything up to {@code previous}. Refused where the source's last
     * position is another: then that is to be judged.
     */
    CompletableFuture<Decision> timeline(SourcePosition previous, int timeline);

    /** Records a gap and stops the source, in one fact. */
    CompletableFuture<AppendOutcome> stop(String reason, EventBatch gap);

    /** Nothing was applied and nothing will be; offered again later it may be. What a future fails with at best. */
    final class NotTaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String code;

        /** @param code stable, for programs */
        public NotTaken(String code, String message) {
            super(message, null, false, false);
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    /** A refusal names what the log expected; it is final. */
    sealed interface Decision {
        record Accepted() implements Decision {}

        record Refused(String detail) implements Decision {}
    }

    sealed interface AppendOutcome {
        /** Held on disk by a quorum and applied here. */
        record Stored(long baseOffset, long endOffset) implements AppendOutcome {}

        /** Was stored before; the source's last position is {@code last}. */
        record Duplicate(SourcePosition last) implements AppendOutcome {}

        /** Nothing stored; go on after {@code last}. */
        record Mismatch(SourcePosition last) implements AppendOutcome {}

        record Refused(String detail) implements AppendOutcome {}
    }
}
