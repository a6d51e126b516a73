package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.LeaderView.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CatchUpTest {

    private final CatchUp catchUp = new CatchUp();

    /** What n1 sees while n2 leads, or nobody. */
    private static RaftStatus status(Optional<String> leader, long leaderCommit, long applied) {
        OptionalLong commit = leaderCommit < 0 ? OptionalLong.empty() : OptionalLong.of(leaderCommit);
        RaftStatus.Member member =
                new RaftStatus.Member("n2", "n2-1", "127.0.0.1:1", commit, OptionalLong.empty(), OptionalLong.empty());
        return new RaftStatus("n1", Role.FOLLOWER, 3, leader, applied, applied, 900, List.of(member));
    }

    @Test
    void shouldWaitForWhatWasCommittedWhenALeaderWasFirstHeardOf() {
        // given: a node with an old log, before it hears of anybody
        catchUp.observe(false, status(Optional.empty(), 700, 500));
        catchUp.observe(false, status(Optional.of("n2"), -1, 500));
        assertThat(catchUp.isReached()).isFalse();

        // when: it hears of the leader and its commits, and then applies
        catchUp.observe(false, status(Optional.of("n2"), 800, 500));
        catchUp.observe(false, status(Optional.of("n2"), 5_000, 799));
        assertThat(catchUp.isReached()).isFalse();
        catchUp.observe(false, status(Optional.of("n2"), 6_000, 800));

        // then: it need not reach what is committed meanwhile, and stays caught up
        assertThat(catchUp.isReached()).isTrue();
        catchUp.observe(false, status(Optional.empty(), -1, 0));
        assertThat(catchUp.isReached()).isTrue();
    }

    @Test
    void shouldHaveCaughtUpOnceItLeads() {
        catchUp.observe(true, status(Optional.of("n1"), -1, 0));

        assertThat(catchUp.isReached()).isTrue();
    }
}
