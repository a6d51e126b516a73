package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.process.BrokerProgram;
import dev.penstock.cluster.process.ClusterPlan;
import dev.penstock.cluster.process.FreePorts;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.rig.ClusterRig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node that cannot work says why in one sentence, with the remedy, and changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadStartClusterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String PASSWORD = "a password";

    @TempDir
    Path directory;

    private final List<ManagedProcess> started = new ArrayList<>();
    private TestPostgres postgres;
    private int counter;

    @BeforeAll
    void startPostgres() throws Exception {
        postgres = TestPostgres.any();
        DemoDatabase.Names names = new DemoDatabase.Names("bad_start", "bad_start", "bad_start");
        new DemoDatabase(postgres.server(), names)
                .prepare(
                        PASSWORD,
                        List.of("bad_rows"),
                        List.of("create table if not exists bad_rows (id int primary key, writer int)"));
    }

    @AfterAll
    void stopPostgres() throws Exception {
        postgres.close();
    }

    @AfterEach
    void stop() throws Exception {
        for (ManagedProcess process : started) {
            process.stop(Duration.ofSeconds(10));
        }
        started.clear();
        List<String> slots = postgres.query("select slot_name from pg_replication_slots");
        assertThat(slots).as("nothing was made in Postgres").isEmpty();
    }

    /** A cluster of one node: what is wrong with its start does not depend on others. */
    private NodeSpec node(String url) throws Exception {
        Path home = directory.resolve("node-" + counter++);
        List<Integer> ports = FreePorts.several(2);
        return node(home, ports.get(0), ports.get(1), url, "cluster-" + counter);
    }

    private static NodeSpec node(Path home, int http, int raft, String url, String clusterId) throws Exception {
        NodeSpec spec = ClusterPlan.node("n1", http, raft, home, BrokerProgram.command());
        ClusterPlan.Source source = new ClusterPlan.Source(ClusterRig.STREAM, url, PASSWORD, "bad_start", "bad_start");
        new ClusterPlan(
                        clusterId,
                        "0123456789abcdef0123456789abcdef",
                        "fedcba9876543210fedcba9876543210",
                        source,
                        new ClusterPlan.Key("KEY", "0123456789abcdef"),
                        List.of(spec),
                        List.of())
                .write();
        return spec;
    }

    private String goodUrl() {
        return postgres.server().urlFor("bad_start");
    }

    private ManagedProcess start(NodeSpec spec) throws Exception {
        ManagedProcess process = ManagedProcess.start(spec.id(), spec.command(), spec.directory(), spec.log());
        started.add(process);
        return process;
    }

    private String refused(NodeSpec spec) throws Exception {
        ManagedProcess process = start(spec);
        assertThat(process.awaitExit(PATIENCE))
                .as("it gives up; log: %s", process.logTail())
                .isTrue();
        assertThat(process.exitCode()).isNotZero();
        String said = process.logTail();
        assertThat(said).doesNotContain("\tat dev.penstock").doesNotContain(PASSWORD);
        return said;
    }

    private static boolean isEmpty(Path path) throws Exception {
        if (!Files.exists(path)) {
            return true;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    @Test
    void shouldRefuseAPostgresThatDoesNotAnswer() throws Exception {
        int port = FreePorts.one();
        NodeSpec spec = node("postgresql://bad_start@127.0.0.1:" + port + "/shop");

        assertThat(refused(spec)).contains("127.0.0.1:" + port);
        assertThat(isEmpty(spec.dataDirectory())).isTrue();
    }

    @Test
    void shouldRefuseAWalLevelThatCannotBeStreamed() throws Exception {
        try (TestPostgres replica = TestPostgres.embedded(Map.of("wal_level", "replica"))) {
            replica.execute("create role bad_start login replication password '" + PASSWORD + "'");
            NodeSpec spec = node(replica.server().urlFor("bad_start"));

            assertThat(refused(spec)).contains("wal_level").contains("logical").contains("ALTER SYSTEM");
        }
    }

    @Test
    void shouldRefuseARoleWithoutReplication() throws Exception {
        postgres.execute("create role mere login password '" + PASSWORD + "'");
        try {
            assertThat(refused(node(postgres.server().urlFor("mere"))))
                    .containsIgnoringCase("replication")
                    .containsIgnoringCase("ALTER ROLE");
        } finally {
            postgres.execute("drop role mere");
        }
    }

    @Test
    void shouldRefuseASlotThatSomebodyElseUses() throws Exception {
        postgres.query("select pg_create_logical_replication_slot('bad_start', 'test_decoding')");
        try {
            assertThat(refused(node(goodUrl()))).contains("slot").contains("bad_start");
        } finally {
            postgres.query("select pg_drop_replication_slot('bad_start')");
        }
    }

    @Test
    void shouldRefuseAPortThatIsTaken() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            NodeSpec spec =
                    node(directory.resolve("port"), socket.getLocalPort(), FreePorts.one(), goodUrl(), "cluster-port");

            assertThat(refused(spec))
                    .contains(Integer.toString(socket.getLocalPort()))
                    .contains("http.bind");
        }
    }

    @Test
    void shouldRefuseADirectoryThatCannotBeWritten() throws Exception {
        NodeSpec spec = node(goodUrl());
        Files.writeString(spec.dataDirectory(), "a file");

        assertThat(refused(spec)).contains(spec.dataDirectory().toString());
        assertThat(spec.dataDirectory()).hasContent("a file");
    }

    @Test
    void shouldRefuseTheDirectoryOfAnotherCluster() throws Exception {
        NodeSpec mine = node(goodUrl());
        ManagedProcess first = start(mine);
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !isEmpty(mine.dataDirectory())
                        && !postgres.query("select 1 from pg_replication_slots").isEmpty());
        first.stop(Duration.ofSeconds(10));
        try {
            NodeSpec foreign = node(mine.directory(), mine.httpPort(), mine.raftPort(), goodUrl(), "cluster-other");

            assertThat(refused(foreign))
                    .contains("cluster-other")
                    .contains(mine.dataDirectory().toString());
        } finally {
            postgres.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
        }
    }

    @Test
    void shouldNameEveryProblemOfAConfiguration() throws Exception {
        NodeSpec spec = node(goodUrl());
        Files.writeString(
                spec.config(), Files.readString(spec.config()) + "storge:\n  block_cache: 1MiB\ninsecure: perhaps\n");

        assertThat(refused(spec)).contains("storge").contains("storage").contains("insecure");
    }
}
