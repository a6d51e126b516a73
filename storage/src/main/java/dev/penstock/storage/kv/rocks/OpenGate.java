package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.StoreFailedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts who is inside the native store, so that it is never closed under a reader: that would end the process without a
 * word. Thread-safe, lock-free.
 */
final class OpenGate {

    /** Long enough for any read that is under way; the process is ending anyway. */
    private static final long CLOSE_WAIT_NANOS = 10_000_000_000L;

    private static final int CLOSED = 1 << 30;

    private final AtomicInteger inside = new AtomicInteger();

    void enter() {
        if (inside.incrementAndGet() >= CLOSED) {
            inside.decrementAndGet();
            throw new StoreFailedException("expected an open store, but it is closed or being closed");
        }
    }

    void leave() {
        inside.decrementAndGet();
    }

    /** False if it was closed before. Throws if somebody stays inside. */
    boolean close() {
        int seen = inside.get();
        while (seen < CLOSED) {
            if (inside.compareAndSet(seen, seen + CLOSED)) {
                awaitEmpty();
                return true;
            }
            seen = inside.get();
        }
        return false;
    }

    private void awaitEmpty() {
        long deadline = System.nanoTime() + CLOSE_WAIT_NANOS;
        while (inside.get() != CLOSED) {
            if (System.nanoTime() - deadline > 0) {
                throw new StoreFailedException("expected all views of the store to be closed within 10 s, but "
                        + (inside.get() - CLOSED) + " are open; the store is left open, end the process");
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
