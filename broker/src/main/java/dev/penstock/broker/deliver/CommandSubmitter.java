package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Puts commands into the cluster's log. Thread-safe, never blocks. The future completes on a thread of the adapter:
 * continuations must be short. It completes exceptionally with {@link NotDecided} only.
 */
public interface CommandSubmitter {
    /** {@link #submit(List, long)}: the commands rest on no plan. */
    long ANY_TERM = -1;

    /** The commands go into one entry, in order, on the lane that never waits behind appends. */
    CompletableFuture<Decided> submit(List<Command> commands);

    /**
     * The same for commands that were planned on a leader's own view (Grant, Expire, Sweep): refused unless this node still
     * leads in the term in which they were planned. Without it a plan made in an earlier leadership of this node would be
     * stamped with the present term, and the check in apply could not tell.
     */
    CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm);

    /** Appends go out in the order of calls, several entries may be on their way. */
    default CompletableFuture<Decided> append(Command command) {
        return append(command, ANY_TERM);
    }

    /** The same for what one leadership's replicator found out: refused unless this node still leads in that term. */
    CompletableFuture<Decided> append(Command command, long plannedTerm);

    /** @param index Raft index of the entry that decided; the reply is from its application on this node */
    record Decided(long index, List<Reply> replies) {}

    /** No reply. {@code outcomeUnknown}: the command may have been applied, or may still be. */
    final class NotDecided extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Only {@link #UNKNOWN} leaves the outcome open; of all others nothing was applied and nothing will be. */
        public enum Reason {
            NOT_LEADER,
            OVERLOADED,
            /** New events only: too little space is left on this node's disk. */
            DISK_FULL,
            /** Larger than an entry: trying again is useless. */
            TOO_LARGE,
            UNKNOWN
        }

        private final Reason reason;

        public NotDecided(Reason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }

        public NotDecided(String message, boolean outcomeUnknown) {
            this(outcomeUnknown ? Reason.UNKNOWN : Reason.NOT_LEADER, message);
        }

        public Reason reason() {
            return reason;
        }

        public boolean outcomeUnknown() {
            return reason == Reason.UNKNOWN;
        }
    }
}
