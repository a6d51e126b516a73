package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.LeaderView.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RaftStatusTest {

    /** What a joiner sees after a restart in the middle of its taking in: the configuration with the lost directory. */
    @Test
    void shouldNotTakeTheDirectoryOfTheSameNodeForAMember() {
        // given
        RaftStatus.Member lost = new RaftStatus.Member(
                "n3", "n3-00000003", "n3:7900", OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

        // when
        RaftStatus status = new RaftStatus("n3", Role.FOLLOWER, 1, Optional.empty(), 1, 1, 1, List.of(lost));

        // then
        assertThat(status.hasMember("n3-00000003")).isTrue();
        assertThat(status.hasMember("n3-00000004")).isFalse();
    }
}
