package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.LeaderView.Leadership;
import dev.penstock.broker.deliver.LeaderView.Role;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeaderWatchTest {
    private final LeaderWatch watch = new LeaderWatch(Runnable::run);
    private final AtomicInteger changes = new AtomicInteger();

    LeaderWatchTest() {
        watch.onChange(changes::incrementAndGet);
    }

    private void observe(Role role, long term, String leader) {
        watch.observe(watch.leadership(), role, term, Optional.of(leader));
    }

    @Test
    void shouldBeReadyOnlyAfterTheStartUpEntryOfThisTerm() {
        observe(Role.LEADER, 4, "n1");
        assertThat(watch.leadership().leads()).isFalse();
        watch.ready(4, "n1");
        assertThat(watch.leadership().leads()).isTrue();
        observe(Role.LEADER, 4, "n1");
        assertThat(watch.leadership().leads()).isTrue();
        observe(Role.LEADER, 6, "n1");
        assertThat(watch.leadership().leads()).isFalse();
    }

    @Test
    void shouldLoseReadinessAtOnce() {
        watch.ready(4, "n1");
        watch.lost();
        assertThat(watch.leadership()).isEqualTo(new Leadership(Role.FOLLOWER, 4, false, Optional.empty()));
        observe(Role.LEADER, 4, "n1");
        assertThat(watch.leadership().leads()).isFalse();
    }

    @Test
    void shouldNotTakeOlderNewsForTheTruth() {
        // given: Ratis was asked, and before its answer is noted the node becomes ready
        Leadership before = watch.leadership();
        watch.ready(4, "n1");
        // when
        watch.observe(before, Role.CANDIDATE, 4, Optional.empty());
        // then
        assertThat(watch.leadership().leads()).isTrue();
    }

    @Test
    void shouldTellListenersOfChangesOnly() {
        observe(Role.FOLLOWER, 3, "n2");
        observe(Role.FOLLOWER, 3, "n2");
        assertThat(changes).hasValue(1);
    }
}
