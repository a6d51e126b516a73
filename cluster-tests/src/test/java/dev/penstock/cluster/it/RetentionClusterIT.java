package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.client.ClientOptions;
import dev.penstock.client.GroupInfo;
import dev.penstock.client.GroupSpec;
import dev.penstock.client.GroupUpdate;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.PenstockException;
import dev.penstock.client.ReceiveOptions;
import dev.penstock.client.StartAt;
import dev.penstock.client.StreamInfo;
import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.rig.ClusterRig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What retention takes goes on all nodes alike, and whoever had not read it is told so. */
class RetentionClusterIT {

    private static final long KEPT_BYTES = 1 << 20;

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

    private PenstockClient client(BrokerApi node) {
        return new PenstockClient(
                List.of(URI.create(node.url())),
                cluster.rig().plan().key().token(),
                ClientOptions.defaults().withRetryFor(Duration.ofSeconds(20)));
    }

    private List<PenstockClient> nodes() {
        return cluster.rig().nodes().stream().map(this::client).toList();
    }

    private static StreamInfo main(PenstockClient node) {
        return node.stream(ClusterRig.STREAM);
    }

    private void insert(int rows) throws Exception {
        long from = cluster.rig().logEnd();
        postgres.execute("insert into orders (status, note) select 'kept', md5(i::text) || md5((-i)::text)"
                + " from generate_series(1, " + rows + ") i");
        cluster.rig().awaitLogEnd(from + rows, Duration.ofMinutes(1));
    }

    /** Every node within the bound, with the same start. */
    private long awaitTrimmed(List<PenstockClient> nodes) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            List<StreamInfo> seen = nodes.stream().map(RetentionClusterIT::main).toList();
            assertThat(seen).allSatisfy(stream -> assertThat(stream.bytes()).isLessThanOrEqualTo(KEPT_BYTES));
            assertThat(seen.stream().map(StreamInfo::earliest).distinct()).hasSize(1);
        });
        return Long.parseLong(main(nodes.get(0)).earliest());
    }

    /** Promise 6: Unsettled comes back. Or it was trimmed, and is counted. */
    @Test
    void shouldTrimOnAllNodesAlikeAndTellWhoWasOvertaken() throws Exception {
        // given: a group that nobody reads, and one that holds the log
        List<PenstockClient> nodes = nodes();
        PenstockClient any = nodes.get(0);
        any.createGroup(GroupSpec.named("slow").from(StartAt.earliest()));
        any.createGroup(GroupSpec.named("holder").from(StartAt.earliest()).holdingTheLog());
        insert(60_000);
        long stored = main(any).bytes();
        assertThat(stored).isGreaterThan(2 * KEPT_BYTES);

        // when, then: what is held stays
        any.retain(ClusterRig.STREAM, null, KEPT_BYTES, null);
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .until(() -> main(any).earliest().equals("0000000000000000"));

        // and what is not held goes, everywhere
        any.updateGroup("holder", GroupUpdate.none().holdingTheLog(false));
        long earliest = awaitTrimmed(nodes);
        assertThat(earliest).isPositive();
        for (String group : List.of("slow", "holder")) {
            GroupInfo overtaken = any.group(group);
            assertThat(overtaken.lostAtMost()).as("lost of %s", group).isEqualTo(earliest);
            assertThat(overtaken.json().path("last_lost_at").asText()).startsWith("20");
        }
        for (PenstockClient node : nodes) {
            assertThatThrownBy(() -> node.events(ClusterRig.STREAM, "0", 1, Duration.ZERO))
                    .isInstanceOfSatisfying(PenstockException.class, refused -> {
                        assertThat(refused.status()).isEqualTo(410);
                        assertThat(refused.code()).isEqualTo("OFFSET_TRIMMED");
                    });
        }
        assertThat(any.receive("slow", ReceiveOptions.upTo(1))
                        .messages()
                        .get(0)
                        .event()
                        .offset())
                .isEqualTo(main(any).earliest());

        // and it goes on over a change of the leader
        String leader = cluster.rig().leader();
        List<PenstockClient> left = cluster.rig().followers().stream()
                .map(id -> client(cluster.rig().node(id)))
                .toList();
        cluster.rig().process(leader).kill();
        insert(20_000);
        long later = awaitTrimmed(left);
        assertThat(later).isGreaterThan(earliest);
        assertThat(left.get(0).group("slow").lostAtMost()).isBetween(later - 1, later);
    }
}
