package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClusterClockTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    @Test
    void shouldGoOnFromTheMachinesClockByMonotonicTime() {
        // given
        ClusterClock clock = ClusterClock.startingAt(1_000, nanos::get);
        // when: nanoTime may wrap around
        nanos.addAndGet(2_500_000_000L);
        // then
        assertThat(clock.nowMillis()).isEqualTo(3_500);
    }

    @Test
    void shouldNotRunAwayWhenItsOwnStampsAreApplied() {
        // given: A14, read literally the clock would add the time since the leader became ready to every applied stamp
        ClusterClock clock = ClusterClock.startingAt(0, nanos::get);
        long machineClock = 0;
        // when
        for (int entry = 0; entry < 100; entry++) {
            nanos.addAndGet(10_000_000);
            machineClock = Math.max(machineClock, clock.nowMillis());
        }
        // then
        assertThat(machineClock).isEqualTo(1_000);
    }
}
