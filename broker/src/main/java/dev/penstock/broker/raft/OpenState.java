package dev.penstock.broker.raft;

import dev.penstock.storage.machine.MachineView;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state that is open now. It is replaced when a snapshot from the leader is installed; RocksDB crashes the process if a
 * store is closed under an open view, so the replacement waits for the views, and new views wait for the replacement.
 * Thread-safe.
 */
final class OpenState {
    /** Views are closed soon; a replacement copies and opens a store. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private @Nullable ReplicatedState state;
    private int views;

    MachineView openView() {
        ReplicatedState open;
        synchronized (this) {
            open = await();
            views++;
        }
        try {
            return new CountedView(open.openView(), this::viewClosed);
        } catch (RuntimeException | Error e) {
            viewClosed();
            throw e;
        }
    }

    private ReplicatedState await() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        ReplicatedState open = state;
        while (open == null) {
            waitUntil(deadline, "the state of this node is being replaced by a snapshot, or the node stops");
            open = state;
        }
        return open;
    }

    private synchronized void viewClosed() {
        views--;
        notifyAll();
    }

    synchronized void set(ReplicatedState opened) {
        state = opened;
        notifyAll();
    }

    /** From here on no view is opened; returns the state when the last one is closed. Null if there is none. */
    synchronized @Nullable ReplicatedState take() {
        ReplicatedState taken = state;
        state = null;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (views > 0) {
            waitUntil(deadline, views + " views are still open");
        }
        return taken;
    }

    /** One round of waiting; the callers loop on what they wait for. */
    @SuppressWarnings("WaitNotInLoop")
    private void waitUntil(long deadlineNanos, String why) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        if (millis <= 0) {
            throw new IllegalStateException(why);
        }
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(why, e);
        }
    }
}
