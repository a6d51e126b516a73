package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.Event;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.rig.ClusterRig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows and transactions far above the usual size. */
class LimitsClusterIT {
    /** A node's resident memory, also at its peak: the heap it is started with plus what is outside of it. */
    private static final long PEAK_BYTES = 1L << 30;

    private TestPostgres postgres;
    private TestCluster cluster;

    @BeforeEach
    void startCluster() throws Exception {
        postgres = TestPostgres.embedded(Map.of());
        cluster = TestCluster.start(postgres);
    }

    @AfterEach
    void stopCluster() throws Exception {
        cluster.close();
        postgres.close();
    }

    private ClusterRig rig() {
        return cluster.rig();
    }

    @Test
    void shouldPassATransactionOfAMillionRowsInBoundedMemory() throws Exception {
        int rows = 1_000_000;
        long from = rig().logEnd();
        postgres.execute("insert into orders (status) select 'bulk' from generate_series(1, " + rows + ")");
        rig().awaitLogEnd(from + rows, Duration.ofMinutes(3));

        assertThat(rig().logEnd()).isEqualTo(from + rows);
        BrokerApi node = rig().nodes().get(0);
        Event first = node.events(ClusterRig.STREAM, from, 1, Duration.ofSeconds(5))
                .events()
                .get(0);
        Event last = node.events(ClusterRig.STREAM, from + rows - 1, 1, Duration.ofSeconds(5))
                .events()
                .get(0);
        assertThat(last.commitLsn()).isEqualTo(first.commitLsn());
        assertThat(first.commitOrdinal()).isZero();
        assertThat(last.commitOrdinal()).isEqualTo(rows - 1);
        assertMemory();
    }

    /** Promise 1: Nothing committed is lost. */
    @Test
    void shouldPassTenMegabytesAndStopAtAnEventAboveTheLimit() throws Exception {
        long from = rig().logEnd();
        postgres.execute("insert into orders (status, note) values ('large', repeat('x', 10 * 1024 * 1024))");
        rig().awaitLogEnd(from + 1, Duration.ofSeconds(60));
        for (BrokerApi node : rig().nodes()) {
            BrokerApi.Page page = node.events(ClusterRig.STREAM, from, 10, Duration.ofSeconds(10));
            assertThat(page.events()).hasSize(1);
            assertThat(page.events().get(0).recordText("note")).hasSize(10 * 1024 * 1024);
        }
        assertMemory();

        postgres.execute(
                "insert into orders (status, note) values ('too large', repeat('y', 17 * 1024 * 1024))",
                "insert into orders (status) values ('behind it')");

        // Stopped, not skipped: what is behind the event that cannot be stored does not get in front of it.
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(rig().node(rig().leader()).health("sources")).isEqualTo(503));
        assertThat(rig().logEnd()).isEqualTo(from + 1);
        assertThat(rig().nodes().get(0).health("ready")).isEqualTo(200);
        String log = Files.readString(rig().cluster().spec(rig().leader()).log());
        assertThat(log).contains("public.orders").containsPattern("[0-9A-F]+/[0-9A-F]{6,8}");
    }

    private void assertMemory() throws Exception {
        for (NodeSpec spec : rig().cluster().specs()) {
            Path status =
                    Path.of("/proc", Long.toString(rig().process(spec.id()).pid()), "status");
            long peak = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(0);
            assertThat(peak).as("peak resident bytes of %s", spec.id()).isLessThan(PEAK_BYTES);
        }
    }
}
