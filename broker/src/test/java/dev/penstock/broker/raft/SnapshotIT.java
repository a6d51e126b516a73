package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.TestCluster.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots, purge, install and restart, with limits small enough to meet them in seconds. */
class SnapshotIT {
    private static final int MIB = 1 << 20;
    private static final SnapshotLimits SMALL = new SnapshotLimits(8 * MIB, 60_000, 20 * MIB);

    @TempDir
    Path root;

    private static Path current(Member member) {
        return member.directory
                .raft()
                .resolve(RaftLaunch.groupId("c1").getUuid().toString())
                .resolve("current");
    }

    private static long firstLogIndex(Member member) throws IOException {
        return TornTail.firstIndex(current(member));
    }

    private static void load(TestCluster cluster, long firstId, int count, int bytes) {
        for (long id = firstId; id < firstId + count; id++) {
            cluster.append(CountingMachine.append(1, id, bytes));
        }
    }

    @Test
    void shouldGoOnFromSnapshotAndLogWithoutApplyingTwice() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, false).startAll()) {
            // given: snapshots, and entries after the last of them
            load(cluster, 0, 50, MIB / 2);
            cluster.awaitSameState();
            for (Member member : java.util.List.copyOf(cluster.members.values())) {
                cluster.kill(member);
            }
            // when: live stores are ahead of the snapshots, Ratis feeds everything since the snapshots again
            cluster.startAll();
            load(cluster, 50, 3, 100);
            // then
            cluster.awaitSameState();
            Map<Long, Integer> counts = cluster.awaitLeader().machine().counts();
            assertThat(counts).hasSize(53);
            assertThat(counts.values()).allMatch(times -> times == 1);
            assertThat(cluster.halts).isEmpty();
        }
    }

    @Test
    void shouldRebuildTheLiveStoreFromSnapshotAndLog() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, false).startAll()) {
            // given
            load(cluster, 0, 50, MIB / 2);
            cluster.awaitSameState();
            Member follower = cluster.follower();
            cluster.kill(follower);
            // when
            DurableFiles.deleteTree(follower.directory.liveState());
            cluster.start(follower.nodeId);
            // then
            cluster.awaitSameState();
            assertThat(cluster.halts).isEmpty();
        }
    }

    @Test
    void shouldInstallASnapshotIntoAFollowerThatLagsBehindThePurgedLog() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, false).startAll()) {
            // given
            load(cluster, 0, 3, 1_000);
            cluster.awaitSameState();
            Member follower = cluster.follower();
            long before = follower.node.appliedIndex();
            cluster.kill(follower);
            // when: a dead follower does not keep the log
            load(cluster, 3, 120, MIB / 2);
            Member leader = cluster.awaitLeader();
            await().atMost(TestCluster.PATIENCE).until(() -> {
                load(cluster, 1_000 + System.nanoTime(), 1, MIB);
                return firstLogIndex(leader) > before + 1;
            });
            Member back = cluster.start(follower.nodeId);
            // then
            cluster.awaitSameState();
            assertThat(cluster.halts).isEmpty();
            assertThat(back.machine().counts().values()).allMatch(times -> times == 1);

            // and it is a full member: it survives a restart, and the others' loss
            cluster.kill(back);
            cluster.start(follower.nodeId);
            load(cluster, 5_000, 3, 1_000);
            cluster.awaitSameState();
            assertThat(cluster.halts).isEmpty();
        }
    }

    @Test
    void shouldTakeInAnEmptiedNodeUnderANewPeerIdOnAnIdleCluster() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, false).startAll()) {
            // given
            load(cluster, 0, 60, MIB / 2);
            Member leader = cluster.awaitLeader();
            Member lost = cluster.follower();
            cluster.kill(lost);
            // when
            Member joined = cluster.join(lost.nodeId, lost.nodeId + "-new");
            leader.node
                    .replaceMember(
                            joined.nodeId,
                            joined.identity.peerUuid(),
                            java.util.Objects.requireNonNull(cluster.peers.get(joined.nodeId))
                                    .raftAddress())
                    .get(60, java.util.concurrent.TimeUnit.SECONDS);
            // then
            cluster.awaitSameState();
            assertThat(leader.node.status().members())
                    .extracting(RaftStatus.Member::peerId)
                    .contains(joined.identity.peerId())
                    .doesNotContain(lost.identity.peerId());
            assertThat(cluster.halts).isEmpty();

            // and after a restart it finds the others by what the log told it
            cluster.kill(joined);
            cluster.startJoined(joined);
            load(cluster, 9_000, 1, 100);
            cluster.awaitSameState();
        }
    }

    @Test
    void shouldBringBackAFollowerOfAnIdleCluster() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, false).startAll()) {
            // given
            load(cluster, 0, 10, 1_000);
            Member follower = cluster.follower();
            cluster.kill(follower);
            load(cluster, 10, 10, 1_000);
            // when: nobody writes any more
            cluster.start(follower.nodeId);
            // then
            cluster.awaitSameState();
            assertThat(cluster.halts).isEmpty();
        }
    }
}
