package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.CommandSubmitter.Decided;
import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftNodeIT {
    @TempDir
    Path root;

    @Test
    void shouldCommitAndApplyOnThreeNodes() throws Exception {
        // given
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            Member leader = cluster.awaitLeader();
            // when
            Decided decided = leader.node
                    .submitter()
                    .append(CountingMachine.append(1, 42, 100))
                    .join();
            // then
            assertThat(decided.replies()).containsExactly(new Reply.Appended(42, 1));
            cluster.awaitSameState();
            assertThat(cluster.members.values())
                    .allSatisfy(member -> assertThat(member.machine().counts()).containsEntry(42L, 1));
            assertThat(leader.node.status().members()).hasSize(3);
            assertThat(cluster.halts).isEmpty();
        }
    }
}
