package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.machine.MachineView;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state that is open now. It is replaced when a snapshot from the leader is installed; new views wait a moment for that
 * and are refused then: a large one takes long, and who asks has other nodes to ask. The store itself waits at its close for the views that are open. Thread-safe.
 */
final class OpenState {
    /** Between two stores there is little more than a rename if the snapshot is small. */
    private static final long PATIENCE_MILLIS = 500;

    private final long patienceNanos;
    private @Nullable ReplicatedState state;

    OpenState() {
        this(PATIENCE_MILLIS);
    }

    OpenState(long patienceMillis) {
        patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    }

    /** Refused with {@link Refused.Code#NOT_READY} while there is none. */
    MachineView openView() {
        long deadline = System.nanoTime() + patienceNanos;
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
                throw new Refused(
                        Refused.Code.NOT_READY,
                        "the state of this node is being replaced by a newer one, or the node stops; ask another node");
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
