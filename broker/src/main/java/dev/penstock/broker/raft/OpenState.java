package dev.penstock.broker.raft;

import dev.penstock.storage.machine.MachineView;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state that is open now. It is replaced when a snapshot from the leader is installed; new views wait for that. The
 * store itself waits at its close for the views that are open. Thread-safe.
 */
final class OpenState {
    /** A replacement closes, copies and opens a store. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private @Nullable ReplicatedState state;

    MachineView openView() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            ReplicatedState open = await(deadline);
            try {
                return open.openView();
            } catch (RuntimeException e) {
                // Closed between the two lines above: wait for the next one.
                if (isOpen(open)) {
                    throw e;
                }
            }
        }
    }

    private synchronized boolean isOpen(ReplicatedState seen) {
        return state == seen;
    }

    private synchronized ReplicatedState await(long deadlineNanos) {
        ReplicatedState open = state;
        while (open == null) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (millis <= 0) {
                throw new IllegalStateException("the state of this node is being replaced, or the node stops");
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the state of this node is being replaced", e);
            }
            open = state;
        }
        return open;
    }

    synchronized void set(ReplicatedState opened) {
        state = opened;
        notifyAll();
    }

    /** From here on views wait. Null if there is none. */
    synchronized @Nullable ReplicatedState take() {
        ReplicatedState taken = state;
        state = null;
        return taken;
    }
}
