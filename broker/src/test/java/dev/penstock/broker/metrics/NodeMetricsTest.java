package dev.penstock.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.metrics.NodeMetrics.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {

    private boolean diskFull;
    private Samples.Raft raft = new Samples.Raft(true, true, 4, 120, 121);
    private Samples.Http http =
            new Samples.Http(Map.of("connections", 3L, "body_bytes", 0L), 7, 5, 2, 1, 1024, 2048, 0, 0);
    private final List<Samples.Source> sources = new ArrayList<>();
    private final List<Samples.Stream> streams = new ArrayList<>();
    private final List<Samples.Group> groups = new ArrayList<>();
    private final NodeMetrics metrics = new NodeMetrics(
            "c1",
            "n1",
            "0.1.0",
            new Samples(
                    () -> raft,
                    () -> sources,
                    () -> streams,
                    () -> groups,
                    () -> http,
                    () -> 1_000_000,
                    () -> diskFull));

    @AfterEach
    void close() {
        metrics.close();
    }

    private List<String> lines() {
        return metrics.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }

    @Test
    void shouldShowEveryMetricOfThePageUnderItsName() {
        // given
        sources.add(new Samples.Source("main", true, false, 10, 0.5, 4096));
        streams.add(new Samples.Stream("main", 9, 100, 3, 12));
        groups.add(new Samples.Group("workers", 12, 3, 1, 2, 4.5, 6, 5, 8, 7));
        metrics.committed(Lane.APPEND, 1);
        metrics.undecided(Lane.APPEND, "unknown");
        metrics.answered("receive", 200, 1);

        // when
        TreeSet<String> shown = new TreeSet<>();
        String prefix = "# TYPE ";
        metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(prefix + "penstock_"))
                .forEach(line -> shown.add(line.substring(prefix.length())));
        shown.removeIf(line -> line.contains("_seconds_max "));

        // then
        TreeSet<String> promised = new TreeSet<>();
        for (Metric metric : Metric.values()) {
            promised.add(metric.prometheusName() + " " + metric.kind().word());
        }
        assertThat(shown).isEqualTo(promised);
    }

    @Test
    void shouldShowRaft() {
        assertThat(lines())
                .contains(
                        "penstock_node{cluster=\"c1\",node=\"n1\",version=\"0.1.0\"} 1.0",
                        "penstock_raft_leader 1.0",
                        "penstock_raft_leader_known 1.0",
                        "penstock_raft_term 4.0",
                        "penstock_raft_applied_index 120.0",
                        "penstock_raft_commit_index 121.0",
                        "penstock_disk_free_bytes 1000000.0");
        raft = new Samples.Raft(false, false, 5, 120, 121);
        assertThat(lines())
                .contains("penstock_raft_leader 0.0", "penstock_raft_leader_known 0.0", "penstock_raft_term 5.0");
    }

    @Test
    void shouldShowSourcesAndLeaveOutWhatIsUnknown() {
        // given
        sources.add(new Samples.Source("main", true, false, 10, 0.5, 4096));
        sources.add(new Samples.Source("other", false, true, 0, 0, -1));

        // then
        assertThat(lines())
                .contains(
                        "penstock_source_up{source=\"main\"} 1.0",
                        "penstock_source_up{source=\"other\"} 0.0",
                        "penstock_source_stopped{source=\"other\"} 1.0",
                        "penstock_source_lag_bytes{source=\"main\"} 10.0",
                        "penstock_source_lag_seconds{source=\"main\"} 0.5",
                        "penstock_source_retained_wal_bytes{source=\"main\"} 4096.0")
                .noneMatch(line -> line.startsWith("penstock_source_retained_wal_bytes{source=\"other\"}"));
    }

    @Test
    void shouldForgetAGroupThatIsGone() {
        // given
        groups.add(new Samples.Group("workers", 12, 3, 1, 2, 4.5, 6, 5, 8, 7));
        assertThat(lines())
                .contains(
                        "penstock_group_backlog_events{group=\"workers\"} 12.0",
                        "penstock_group_in_flight_messages{group=\"workers\"} 3.0",
                        "penstock_group_delayed_messages{group=\"workers\"} 1.0",
                        "penstock_group_ready_messages{group=\"workers\"} 2.0",
                        "penstock_group_dying_messages{group=\"workers\"} 8.0",
                        "penstock_group_dead_letters{group=\"workers\"} 7.0",
                        "penstock_group_oldest_unsettled_seconds{group=\"workers\"} 4.5",
                        "penstock_groups 1.0");

        // when
        groups.clear();

        // then
        assertThat(lines()).contains("penstock_groups 0.0").noneMatch(line -> line.contains("workers"));
    }

    @Test
    void shouldShowOnlySoManyGroupsAndTheLargestBacklogs() {
        // given
        for (int i = 0; i < NodeMetrics.MAX_GROUPS + 50; i++) {
            groups.add(new Samples.Group("g" + i, i, 0, 0, 0, 0, 0, 0, 0, 0));
        }

        // when
        List<String> lines = lines();

        // then
        assertThat(lines.stream().filter(line -> line.startsWith("penstock_group_backlog_events")))
                .hasSize(NodeMetrics.MAX_GROUPS)
                .anyMatch(line -> line.contains("\"g249\""))
                .noneMatch(line -> line.contains("\"g49\""));
        assertThat(lines).contains("penstock_groups 250.0", "penstock_groups_not_shown 50.0");
    }

    @Test
    void shouldTimeCommits() {
        metrics.committed(Lane.LEASE, TimeUnit.MILLISECONDS.toNanos(3));
        metrics.committed(Lane.LEASE, TimeUnit.MILLISECONDS.toNanos(30));
        metrics.undecided(Lane.APPEND, "unknown");

        assertThat(lines())
                .contains(
                        "penstock_raft_commit_seconds_count{lane=\"lease\"} 2",
                        "penstock_raft_commit_seconds_bucket{lane=\"lease\",le=\"0.002\"} 0",
                        "penstock_raft_commit_seconds_bucket{lane=\"lease\",le=\"0.005\"} 1",
                        "penstock_raft_commit_seconds_bucket{lane=\"lease\",le=\"0.05\"} 2",
                        "penstock_raft_commit_seconds_count{lane=\"append\"} 0",
                        "penstock_raft_undecided_total{lane=\"append\",reason=\"unknown\"} 1.0");
    }

    @Test
    void shouldCountRequestsByRouteAndClassAndRefusalsByLimit() {
        metrics.answered("receive", 200, 1_000_000);
        metrics.answered("receive", 204, 1_000_000);
        metrics.answered("receive", 503, 1_000_000);
        metrics.answered("receive", 0, 1_000_000);

        assertThat(lines())
                .contains(
                        "penstock_http_request_seconds_count{route=\"receive\",status=\"2xx\"} 2",
                        "penstock_http_request_seconds_count{route=\"receive\",status=\"5xx\"} 2",
                        "penstock_http_refusals_total{limit=\"connections\"} 3.0",
                        "penstock_http_refusals_total{limit=\"body_bytes\"} 0.0",
                        "penstock_http_connections 7.0",
                        "penstock_http_forwarded_total 5.0",
                        "penstock_http_clients_gone_total 2.0",
                        "penstock_http_answers_given_back_total 1.0",
                        "penstock_http_buffered_body_bytes 1024.0",
                        "penstock_http_unsent_answer_bytes 2048.0");
        http = new Samples.Http(Map.of("connections", 4L, "body_bytes", 1L), 7, 5, 2, 1, 1024, 2048, 0, 0);
        assertThat(lines())
                .contains(
                        "penstock_http_refusals_total{limit=\"connections\"} 4.0",
                        "penstock_http_refusals_total{limit=\"body_bytes\"} 1.0");
    }

    @Test
    void shouldBoundTheRoutes() {
        for (int i = 0; i < 1_000; i++) {
            metrics.answered("r" + i, 200, 1);
        }
        long routes = lines().stream()
                .filter(line -> line.startsWith("penstock_http_request_seconds_count") && line.contains("2xx"))
                .count();
        assertThat(routes).isLessThanOrEqualTo(201);
    }

    @Test
    void shouldTellThatTheDiskIsFull() {
        assertThat(lines()).contains("penstock_disk_full 0.0");
        diskFull = true;
        assertThat(lines()).contains("penstock_disk_full 1.0");
    }

    @Test
    void shouldShowTheRestWhenAPartFails() {
        NodeMetrics partly = new NodeMetrics(
                "c1",
                "n1",
                "x",
                new Samples(
                        () -> raft,
                        () -> {
                            throw new IllegalStateException("closed");
                        },
                        () -> streams,
                        () -> {
                            throw new IllegalStateException("closed");
                        },
                        () -> http,
                        () -> 1,
                        () -> false));
        try (partly) {
            assertThat(partly.scrape()).contains("penstock_raft_term 4.0").contains("penstock_http_connections 7.0");
        }
    }

    @Test
    void shouldShowTheProcess() {
        assertThat(metrics.scrape())
                .contains(
                        "jvm_memory_used_bytes{",
                        "jvm_threads_live_threads",
                        "process_uptime_seconds",
                        "process_files_open_files");
    }
}
