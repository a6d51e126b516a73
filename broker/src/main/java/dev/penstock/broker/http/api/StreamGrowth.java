package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.AppliedState;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Wakes those who wait for a stream to grow; any stream, because there are few and a reader who was woken for another's
 * growth reads an empty page and waits on. Thread-safe; as many wait as there are connections.
 */
final class StreamGrowth {

    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    StreamGrowth(AppliedState state) {
        state.onApplied(applied -> {
            if (!applied.grownStreams().isEmpty()) {
                waiting.forEach(Waiting::wake);
            }
        });
    }

    Waiting watch() {
        Waiting one = new Waiting();
        waiting.add(one);
        return one;
    }

    /** One reader's place in the waiting room. */
    final class Waiting {
        private final CompletableFuture<Boolean> grown = new CompletableFuture<>();

        /** True when the stream has grown, false when the time is over or the reader has left. Runs no long work itself. */
        CompletableFuture<Boolean> within(long nanos) {
            return grown.completeOnTimeout(false, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        }

        private void wake() {
            waiting.remove(this);
            grown.complete(true);
        }

        void leave() {
            waiting.remove(this);
            grown.complete(false);
        }
    }
}
