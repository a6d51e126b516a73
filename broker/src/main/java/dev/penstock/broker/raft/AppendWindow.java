package dev.penstock.broker.raft;

/**
 * How many bytes of appends may be on their way. The log is one queue: a lease command waits behind every append handed to
 * Raft before it, so the window follows the measured commit latency: it grows while appends commit sooner than the target
 * and the window is what holds them back, and shrinks while they commit later. Two windows, because the target is tight
 * while lease commands are about and wide while they are not. Where a commit takes long by itself (a slow or busy disk) the
 * target is twice what an append took lately that was alone on its way: a smaller window would only waste the disk, not
 * shorten the wait. (Not twice the shortest of all: a full window lengthens each of them, and would then feed itself.) One
 * append may always be on its way. Guarded by the proposer's lock.
 */
final class AppendWindow {
    /** Below this an entry costs its fixed price only, and a smaller window would not shorten the wait. */
    private static final int FLOOR_BYTES = 256 << 10;

    /** The shortest lone commit is looked for in the present and the last of these spans. */
    private static final long SPAN_NANOS = 5_000_000_000L;

    private static final double SHRINK_LIMIT = 0.5;
    private static final double GROWTH = 0.25;

    private final long busyTargetNanos;
    private final long calmTargetNanos;
    private final int maxBytes;
    private double busyBytes;
    private double calmBytes;
    private long lastShrinkNanos;
    private long spanStartNanos;
    private long shortestOfSpan;
    private long shortestOfLastSpan;

    AppendWindow(int leaseTargetMillis, int calmTargetMillis, int maxBytes) {
        this.busyTargetNanos = leaseTargetMillis * 1_000_000L;
        this.calmTargetNanos = calmTargetMillis * 1_000_000L;
        this.maxBytes = maxBytes;
        this.busyBytes = 2 * FLOOR_BYTES;
        this.calmBytes = 8 * FLOOR_BYTES;
    }

    long bytes(boolean leasesAbout) {
        return (long) (leasesAbout ? busyBytes : calmBytes);
    }

    /**
     * @param windowWasFull the window held appends back when this one went out: only then a larger one would help
     * @param alone no other append was on its way when this one went out
     */
    void committed(
            int bytes, long handedNanos, long nowNanos, boolean windowWasFull, boolean alone, boolean leasesAbout) {
        long latency = nowNanos - handedNanos;
        if (alone) {
            noteLone(latency, nowNanos);
        }
        long target = Math.max(
                leasesAbout ? busyTargetNanos : calmTargetNanos, 2 * Math.min(shortestOfSpan, shortestOfLastSpan));
        double window = leasesAbout ? busyBytes : calmBytes;
        if (latency > target) {
            // Once per round: the entries behind this one were sent under the same window.
            if (handedNanos - lastShrinkNanos >= 0) {
                window *= Math.max(SHRINK_LIMIT, (double) target / latency);
                lastShrinkNanos = nowNanos;
            }
        } else if (windowWasFull) {
            window += bytes * GROWTH;
        }
        window = Math.min(maxBytes, Math.max(FLOOR_BYTES, window));
        if (leasesAbout) {
            busyBytes = window;
        } else {
            calmBytes = window;
        }
    }

    private void noteLone(long latency, long nowNanos) {
        if (nowNanos - spanStartNanos >= SPAN_NANOS) {
            spanStartNanos = nowNanos;
            shortestOfLastSpan = shortestOfSpan == 0 ? latency : shortestOfSpan;
            shortestOfSpan = latency;
        }
        shortestOfSpan = shortestOfSpan == 0 ? latency : Math.min(shortestOfSpan, latency);
    }
}
