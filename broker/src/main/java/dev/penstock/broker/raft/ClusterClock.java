package dev.penstock.broker.raft;

import java.util.function.LongSupplier;

/**
 * Log time on a ready leader: the machine's clock when this leader became ready, plus the monotonic time since then. It is
 * <em>not</em> advanced from the last applied stamp: that one already contains the time elapsed, and the clock would run
 * away. Wall-clock jumps cannot reach it. Immutable, thread-safe.
 */
final class ClusterClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier nanoTime;
    private final long baseMillis;
    private final long baseNanos;

    private ClusterClock(long baseMillis, LongSupplier nanoTime) {
        this.baseMillis = baseMillis;
        this.nanoTime = nanoTime;
        this.baseNanos = nanoTime.getAsLong();
    }

    /** @param machineClockMillis the machine's clock at this moment, when the leader's start-up entry is applied */
    static ClusterClock startingAt(long machineClockMillis, LongSupplier nanoTime) {
        return new ClusterClock(machineClockMillis, nanoTime);
    }

    long nowMillis() {
        return baseMillis + (nanoTime.getAsLong() - baseNanos) / NANOS_PER_MILLI;
    }
}
