package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.StreamState;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real machine on the real store under real Raft. */
class RocksMachineIT {
    private static final int KIB = 1 << 10;
    private static final SnapshotLimits SMALL = new SnapshotLimits(4L * KIB * KIB, 60_000, 8L * KIB * KIB);

    @TempDir
    Path root;

    private static StreamState stream(Member member) {
        try (MachineView view = member.node.openView()) {
            return view.streams().get(0);
        }
    }

    private static void awaitSameLog(TestCluster cluster, SourceLoad load) {
        cluster.awaitSameState();
        HashSet<StreamState> logs = new HashSet<>();
        cluster.members.values().forEach(member -> logs.add(stream(member)));
        assertThat(logs).hasSize(1);
        assertThat(logs.iterator().next().end()).isEqualTo(load.appended);
        assertThat(cluster.halts).isEmpty();
    }

    @Test
    void shouldStoreEachBatchOnceAcrossKillsOfTheLeaderAndARestartOfAll() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given
            SourceLoad load = SourceLoad.open(cluster, "main");
            // when
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 40; i++) {
                    load.append(cluster, 128 * KIB);
                }
                Member leader = cluster.awaitLeader();
                cluster.kill(leader);
                for (int i = 0; i < 10; i++) {
                    load.append(cluster, 128 * KIB);
                }
                cluster.start(leader.nodeId);
            }
            awaitSameLog(cluster, load);
            for (Member member : List.copyOf(cluster.members.values())) {
                cluster.kill(member);
            }
            cluster.startAll();
            load.append(cluster, KIB);
            // then
            awaitSameLog(cluster, load);
        }
    }

    @Test
    void shouldInstallASnapshotIntoALaggingAndIntoAnEmptiedNode() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given: the log is purged past what a dead follower has
            SourceLoad load = SourceLoad.open(cluster, "main");
            load.append(cluster, KIB);
            Member follower = cluster.follower();
            cluster.kill(follower);
            Member leader = cluster.awaitLeader();
            Path current = leader.directory
                    .raft()
                    .resolve(RaftLaunch.groupId("c1").getUuid().toString())
                    .resolve("current");
            await().atMost(TestCluster.PATIENCE).until(() -> {
                load.append(cluster, 1024 * KIB);
                return TornTail.firstIndex(current) > 5;
            });
            // when
            cluster.start(follower.nodeId);
            // then
            awaitSameLog(cluster, load);

            // when: the same node loses its disk
            Member back = Objects.requireNonNull(cluster.members.get(follower.nodeId));
            cluster.kill(back);
            Member joined = cluster.join(back.nodeId, back.nodeId + "-new");
            cluster.awaitLeader()
                    .node
                    .replaceMember(
                            joined.nodeId,
                            joined.identity.peerUuid(),
                            Objects.requireNonNull(cluster.peers.get(joined.nodeId))
                                    .raftAddress())
                    .get(60, TimeUnit.SECONDS);
            // then
            awaitSameLog(cluster, load);
        }
    }

    @Test
    void shouldCompareEqualAtMarks() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given
            SourceLoad load = SourceLoad.open(cluster, "main");
            load.append(cluster, KIB);
            // when
            Member leader = cluster.awaitLeader();
            Reply reply = leader.node
                    .submitter()
                    .submit(List.of(new Command.Mark()))
                    .get(10, TimeUnit.SECONDS)
                    .replies()
                    .get(0);
            cluster.awaitSameState();
            // then
            Map<String, List<StateMark>> marks = new HashMap<>();
            cluster.members.forEach((id, member) -> marks.put(id, member.node.marks()));
            assertThat(reply).isInstanceOf(Reply.Marked.class);
            assertThat(marks.values()).allSatisfy(list -> assertThat(list).isNotEmpty());
            assertThat(DigestWatch.compare(marks)).isInstanceOf(DigestWatch.Verdict.Agreed.class);
        }
    }
}
