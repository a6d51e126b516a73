package dev.penstock.replicator.flow;

import java.util.random.RandomGenerator;

/** Growing delays with jitter, so that nodes and sources that failed together do not come back together. One thread. */
final class Backoff {

    private final long firstMillis;
    private final long maxMillis;
    private final RandomGenerator random;
    private long nextMillis;

    Backoff(long firstMillis, long maxMillis, RandomGenerator random) {
        this.firstMillis = firstMillis;
        this.maxMillis = maxMillis;
        this.random = random;
        this.nextMillis = firstMillis;
    }

    /** The next delay: between half of it and all of it, then twice as long, up to the longest. */
    long nextNanos() {
        long millis = nextMillis;
        nextMillis = Math.min(maxMillis, nextMillis * 2);
        return (millis * 500_000) + (long) (random.nextDouble() * (millis * 500_000));
    }

    void reset() {
        nextMillis = firstMillis;
    }
}
