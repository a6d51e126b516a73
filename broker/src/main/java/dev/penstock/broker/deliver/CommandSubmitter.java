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

    /** The commands go into one entry, in order, on the lane that never waits behind appends. */
    CompletableFuture<Decided> submit(List<Command> commands);

    /** Appends go out in the order of calls, several entries may be on their way. */
    CompletableFuture<Decided> append(Command command);

    /** @param index Raft index of the entry that decided; the reply is from its application on this node */
    record Decided(long index, List<Reply> replies) {}

    /** No reply. {@code outcomeUnknown}: the command may have been applied, or may still be. */
    final class NotDecided extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean outcomeUnknown;

        public NotDecided(String message, boolean outcomeUnknown) {
            super(message, null, false, false);
            this.outcomeUnknown = outcomeUnknown;
        }

        public boolean outcomeUnknown() {
            return outcomeUnknown;
        }
    }
}
