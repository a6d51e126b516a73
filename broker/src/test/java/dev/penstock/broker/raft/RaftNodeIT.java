package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.CommandSubmitter.Decided;
import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.Reply;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftNodeIT {
    private static final int MIB = 1 << 20;

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

    @Test
    void shouldCarryTheLargestEventAndRefuseALargerOne() throws Exception {
        // given
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            Member leader = cluster.awaitLeader();
            long term = leader.node.leaderView().leadership().term();
            // when
            Decided decided = leader.node
                    .submitter()
                    .append(CountingMachine.append(1, 7, 16 * MIB + 4_000))
                    .get(60, TimeUnit.SECONDS);
            CompletableFuture<Decided> larger = leader.node.submitter().append(CountingMachine.append(1, 8, 18 * MIB));
            // then
            assertThat(decided.replies()).containsExactly(new Reply.Appended(7, 1));
            assertThat(larger)
                    .failsWithin(TestCluster.PATIENCE)
                    .withThrowableThat()
                    .havingCause()
                    .satisfies(e -> assertThat(((NotDecided) e).reason()).isEqualTo(NotDecided.Reason.TOO_LARGE));
            cluster.awaitSameState();
            // and nobody stepped down over it
            assertThat(cluster.awaitLeader().node.leaderView().leadership().term())
                    .isEqualTo(term);
            assertThat(cluster.halts).isEmpty();

            // and a restart reads it back
            Member follower = cluster.follower();
            cluster.kill(follower);
            cluster.start(follower.nodeId);
            cluster.append(CountingMachine.append(1, 9, 100));
            cluster.awaitSameState();
        }
    }

    /** Ratis fails every append after one that failed, and tells nobody: the node would never get an entry again. */
    @Test
    void shouldEndWhenItsAppendsFailForGood() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            cluster.awaitLeader();
            Member follower = cluster.follower();

            breakAppends(follower.node);

            org.awaitility.Awaitility.await()
                    .atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.halts)
                            .anyMatch(halt -> halt.contains("an append to the Raft log failed")));
        }
    }

    @SuppressWarnings("unchecked")
    private static void breakAppends(RaftNode node) throws ReflectiveOperationException {
        Field admin = RaftNode.class.getDeclaredField("admin");
        admin.setAccessible(true);
        AppendChain chain = AppendChain.of(((RaftAdmin) admin.get(node)).division());
        assertThat(chain.isBroken()).isFalse();
        ((AtomicReference<CompletableFuture<Void>>) chain.last)
                .set(CompletableFuture.failedFuture(new IllegalStateException("overtaken by a snapshot")));
    }
}
