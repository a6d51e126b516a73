package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.raft.DataDirectory.RepairNeed;
import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.MachineView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged state is replaced by a peer's before Raft starts; the real machine and store under real Raft. */
class RepairIT {
    private static final int KIB = 1 << 10;
    private static final SnapshotLimits SMALL = new SnapshotLimits(4L * KIB * KIB, 60_000, 8L * KIB * KIB);

    @TempDir
    Path root;

    private static Path group(Member member) {
        return member.directory
                .raft()
                .resolve(RaftLaunch.groupId("c1").getUuid().toString());
    }

    private static void markForRepair(Path dataDirectory) throws Exception {
        try (DataDirectory directory = DataDirectory.open(dataDirectory)) {
            directory.markForRepair(new RepairNeed("the digest differs at index 7", 7));
        }
    }

    private static Optional<RepairNeed> mark(Path dataDirectory) throws Exception {
        try (DataDirectory directory = DataDirectory.open(dataDirectory)) {
            return directory.repairNeed();
        }
    }

    /** One bit of every table that the node has, live or in a snapshot: they are the same files. */
    private static void damageTables(Member member) throws IOException {
        Set<Object> seen = new HashSet<>();
        for (Path table : tables(member)) {
            if (seen.add(Objects.requireNonNull(Files.getAttribute(table, "unix:ino")))) {
                byte[] content = Files.readAllBytes(table);
                content[content.length / 3] ^= 1;
                Files.write(table, content);
            }
        }
        assertThat(seen).isNotEmpty();
    }

    private static List<Path> tables(Member member) throws IOException {
        List<Path> tables = new ArrayList<>();
        for (Path below : List.of(member.directory.liveState(), group(member).resolve("sm"))) {
            if (Files.isDirectory(below)) {
                try (Stream<Path> files = Files.walk(below)) {
                    files.filter(file -> file.toString().endsWith(".sst")).forEach(tables::add);
                }
            }
        }
        return tables;
    }

    private static void assertEqualAndWhole(TestCluster cluster, SourceLoad load) {
        cluster.awaitSameState();
        for (Member member : cluster.members.values()) {
            try (MachineView view = member.node.openView()) {
                assertThat(view.streams().get(0).end()).isEqualTo(load.appended);
            }
        }
        assertThat(cluster.halts).isEmpty();
    }

    private static void loadUntilPurged(TestCluster cluster, SourceLoad load, long beyond) {
        await().atMost(TestCluster.PATIENCE).until(() -> {
            load.append(cluster, 1024 * KIB);
            return TornTail.firstIndex(group(cluster.awaitLeader()).resolve("current")) > beyond;
        });
    }

    @Test
    void shouldTakeThePlaceOfADamagedStateAndKeepLogAndVote() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given
            SourceLoad load = SourceLoad.open(cluster, "main");
            for (int i = 0; i < 12; i++) {
                load.append(cluster, 512 * KIB);
            }
            cluster.awaitSameState();
            Member follower = cluster.follower();
            cluster.stop(follower);
            byte[] vote = Files.readAllBytes(group(follower).resolve("current").resolve("raft-meta"));
            damageTables(follower);
            markForRepair(root.resolve(follower.nodeId));
            long log = TornTail.lastIndex(group(follower).resolve("current"));

            // when: another bad copy first
            cluster.repairPeers = new MemberPeers(List.copyOf(cluster.members.values())).flippingABit();
            cluster.repairPatience = Duration.ofMillis(1);
            assertThatThrownBy(() -> cluster.start(follower.nodeId))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("no other node gave it a whole one")
                    .hasMessageContaining("--join");
            assertThat(mark(root.resolve(follower.nodeId))).isPresent();
            assertThat(Files.readAllBytes(group(follower).resolve("current").resolve("raft-meta")))
                    .isEqualTo(vote);
            assertThat(TornTail.lastIndex(group(follower).resolve("current"))).isEqualTo(log);

            // and then a good one
            cluster.repairPeers = null;
            cluster.repairPatience = TestCluster.PATIENCE;
            Member back = cluster.start(follower.nodeId);

            // then
            load.append(cluster, KIB);
            assertEqualAndWhole(cluster, load);
            assertThat(back.directory.repairNeed()).isEmpty();
            assertThat(back.identity).isEqualTo(follower.identity);
        }
    }

    /** The peers have purged what this node's log ends with: Raft begins with a snapshot beyond the end of its log. */
    @Test
    void shouldGoOnFromASnapshotBeyondTheEndOfItsLog() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given
            SourceLoad load = SourceLoad.open(cluster, "main");
            load.append(cluster, KIB);
            cluster.awaitSameState();
            Member follower = cluster.follower();
            cluster.stop(follower);
            long end = TornTail.lastIndex(group(follower).resolve("current"));
            loadUntilPurged(cluster, load, end + 1);
            markForRepair(root.resolve(follower.nodeId));

            // when
            Member back = cluster.start(follower.nodeId);

            // then
            load.append(cluster, KIB);
            assertEqualAndWhole(cluster, load);

            // and it is a full member: it survives a restart
            cluster.kill(back);
            cluster.start(follower.nodeId);
            load.append(cluster, KIB);
            assertEqualAndWhole(cluster, load);
        }
    }

    /** Why the leader cannot be left to do it: the node's log says that nothing is missing. */
    @Test
    void shouldNotStartWithoutAStateWhoseBeginningIsPurged() throws Exception {
        try (TestCluster cluster = new TestCluster(root, SMALL, true).startAll()) {
            // given
            SourceLoad load = SourceLoad.open(cluster, "main");
            Member follower = cluster.follower();
            await().atMost(TestCluster.PATIENCE).until(() -> {
                load.append(cluster, 1024 * KIB);
                return TornTail.firstIndex(group(follower).resolve("current")) > 5;
            });
            cluster.awaitSameState();
            cluster.stop(follower);

            // when: its state is wiped, its log is whole
            DurableFiles.deleteTree(follower.directory.liveState());
            DurableFiles.deleteTree(group(follower).resolve("sm"));

            // then
            assertThatThrownBy(() -> cluster.start(follower.nodeId))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("the state of this node is lost");

            // but with the mark
            markForRepair(root.resolve(follower.nodeId));
            cluster.start(follower.nodeId);
            load.append(cluster, KIB);
            assertEqualAndWhole(cluster, load);
        }
    }
}
