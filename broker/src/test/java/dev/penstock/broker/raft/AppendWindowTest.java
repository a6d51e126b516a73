package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

class AppendWindowTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final long ENTRY = 256L * KIB;

    private final AppendWindow window = new AppendWindow(15, 100, 16 * MIB);
    private long nowNanos;

    /** A disk that takes entries one after the other, and a fixed time for the way there and back. */
    private long settled(boolean leasesAbout, double bytesPerMilli, double fixedMillis) {
        ArrayDeque<long[]> onTheirWay = new ArrayDeque<>();
        long diskFreeNanos = 0;
        for (int i = 0; i < 5_000; i++) {
            while (onTheirWay.isEmpty() || (onTheirWay.size() + 1) * ENTRY <= window.bytes(leasesAbout)) {
                diskFreeNanos = Math.max(diskFreeNanos, nowNanos) + (long) (ENTRY / bytesPerMilli * 1e6);
                long alone = onTheirWay.isEmpty() ? 1 : 0;
                onTheirWay.add(new long[] {nowNanos, diskFreeNanos + (long) (fixedMillis * 1e6), alone});
            }
            long[] first = onTheirWay.remove();
            nowNanos = first[1];
            window.committed((int) ENTRY, first[0], nowNanos, true, first[2] == 1, leasesAbout);
        }
        return window.bytes(leasesAbout);
    }

    @Test
    void shouldHoldTheTargetsWorthOfCommitsAtTheMeasuredRate() {
        // 60 MB/s: 15 ms are 0.9 MB, 100 ms are 6 MB
        assertThat(settled(true, 60_000, 3)).isBetween(400L * KIB, 1_200L * KIB);
        assertThat(settled(false, 60_000, 3)).isBetween(3L * MIB, 8L * MIB);
    }

    @Test
    void shouldNotThrottleADiskWhoseEveryCommitIsSlow() {
        // 100 ms for any commit: one entry at a time would be 2.5 MB/s of the 60 that are there
        assertThat(settled(true, 60_000, 100)).isGreaterThan(2L * MIB);
    }

    @Test
    void shouldNotGrowWhileNothingIsHeldBack() {
        long before = window.bytes(false);
        window.committed(256 * KIB, 0, 1_000_000, false, false, false);
        assertThat(window.bytes(false)).isEqualTo(before);
    }
}
