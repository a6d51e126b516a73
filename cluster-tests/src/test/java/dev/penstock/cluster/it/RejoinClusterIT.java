package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.load.LogReader;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.rig.ClusterRig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Nodes that were away for long, or lost everything. Snapshots come early and keep little log, so that they are needed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RejoinClusterIT {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    private TestPostgres postgres;
    private TestCluster cluster;

    @BeforeAll
    void startCluster() throws Exception {
        postgres = TestPostgres.embedded(Map.of());
        cluster = TestCluster.start(
                postgres,
                "storage:",
                "  snapshot_bytes: 1MiB",
                "  snapshot_interval: 2s",
                "  preserve_log_bytes: 1MiB",
                "  min_free: 16MiB");
    }

    @AfterAll
    void stopCluster() throws Exception {
        cluster.close();
        postgres.close();
    }

    @BeforeEach
    void healthy() throws Exception {
        rig().start();
    }

    private ClusterRig rig() {
        return cluster.rig();
    }

    /** Promise 2: Each change is stored exactly once, in commit order. */
    @Test
    void shouldCatchUpAFollowerBeyondThePurgedLogBySnapshot() throws Exception {
        String follower = rig().followers().get(0);
        new Trial(rig(), postgres).run(() -> {
            rig().process(follower).stop(Duration.ofSeconds(10));
            // Any leader's, should it change: its log must begin behind what the follower has.
            String before = firstSegment(rig().leader());
            for (int i = 0; i < 20 && firstSegment(rig().leader()).equals(before); i++) {
                Rows.insertLarge(rig(), postgres, 4_000);
            }
            assertThat(firstSegment(rig().leader())).as("the log was purged").isNotEqualTo(before);
            rig().cluster().start(rig().cluster().spec(follower), List.of());
            rig().awaitReady();
        });
        assertSameLogs();
    }

    /** Promise 9: Any one node may fail. Its state differed from the others'; its log and its vote are whole. */
    @Test
    void shouldReplaceADamagedStateByThatOfAPeer() throws Exception {
        String follower = rig().followers().get(0);
        NodeSpec spec = rig().cluster().spec(follower);
        new Trial(rig(), postgres).run(() -> {
            rig().process(follower).stop(Duration.ofSeconds(10));
            Files.writeString(
                    spec.dataDirectory().resolve("repair-needed"), "format=1\nreason=the digest differs\nindex=7\n");
            rig().cluster().start(spec, List.of());
            rig().awaitReady();
        });
        assertThat(spec.dataDirectory().resolve("repair-needed")).doesNotExist();
        assertSameLogs();
    }

    @Test
    void shouldRefuseAnEmptiedNodeAndTakeItBackByJoinUnderLoad() throws Exception {
        String follower = rig().followers().get(0);
        NodeSpec spec = rig().cluster().spec(follower);
        new Trial(rig(), postgres).run(() -> {
            empty(spec);
            assertRefusedWithoutJoin(spec);
            rig().cluster().start(spec, List.of("--join"));
            rig().awaitReady();
        });
        assertSameLogs();
    }

    /** Promise 9: Any one node may fail. */
    @Test
    void shouldTakeAnEmptiedNodeBackOnAnIdleCluster() throws Exception {
        Rows.insert(rig(), postgres, 1_000);
        String follower = rig().followers().get(1);
        NodeSpec spec = rig().cluster().spec(follower);
        empty(spec);

        rig().cluster().start(spec, List.of("--join"));

        rig().awaitReady();
        assertSameLogs();
        // It counts: with another node gone there still is a quorum.
        String leader = rig().leader();
        String other = rig().followers().stream()
                .filter(id -> !id.equals(follower))
                .findFirst()
                .orElseThrow();
        rig().process(other).kill();
        Rows.insert(rig(), postgres, 100);
        assertThat(rig().leader()).isEqualTo(leader);
    }

    private void empty(NodeSpec spec) throws Exception {
        rig().process(spec.id()).kill();
        Directories.delete(spec.dataDirectory());
    }

    private void assertRefusedWithoutJoin(NodeSpec spec) throws Exception {
        rig().cluster().start(spec, List.of());
        ManagedProcess process = rig().process(spec.id());
        assertThat(process.awaitExit(Duration.ofSeconds(30)))
                .as("it refuses to start")
                .isTrue();
        assertThat(process.exitCode()).isNotZero();
        assertThat(process.logTail()).contains("--join");
    }

    /** Name of the oldest segment of the node's Raft log. */
    private String firstSegment(String id) throws Exception {
        Path raft = rig().cluster().spec(id).dataDirectory().resolve("raft");
        Path group;
        try (Stream<Path> groups = Files.list(raft)) {
            group = groups.filter(path -> Files.isDirectory(path.resolve("current")))
                    .findFirst()
                    .orElseThrow();
        }
        try (Stream<Path> files = Files.list(group.resolve("current"))) {
            return files.map(path -> path.getFileName().toString().replace("log_inprogress_", "log_"))
                    .filter(name -> name.matches("log_[0-9]+(-[0-9]+)?"))
                    .min(java.util.Comparator.comparingLong(
                            name -> Long.parseLong(name.substring(4).replaceAll("-.*", ""))))
                    .orElse("none");
        }
    }

    /** Every node holds the whole log, the same on each. */
    private void assertSameLogs() throws Exception {
        long end = rig().logEnd();
        List<LogReader.Stretch> logs = new ArrayList<>();
        for (BrokerApi node : rig().nodes()) {
            Awaitility.await(node.url() + " catches up")
                    .atMost(CATCH_UP)
                    .until(() -> node.cluster().nodes().stream().allMatch(n -> n.logEndOffset() >= end));
            logs.add(LogReader.read(node, ClusterRig.STREAM, 0, end, change -> true));
        }
        for (LogReader.Stretch log : logs) {
            assertThat(log.firstDifference(logs.get(0))).isEmpty();
        }
    }
}
