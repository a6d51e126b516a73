package dev.penstock.broker.metrics;

/** Writes docs/metrics.md from {@link Metric}, so that the page cannot disagree with the program. */
final class MetricsReference {

    private static final String HEAD = """
            # Metrics

            <!-- Generated from broker.metrics.Metric; a test compares. Rewrite it with:
                 mvn -pl broker -am package -Dtest=MetricsReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Dpenstock.docs.write=true -->

            Every node serves its own metrics at `GET /metrics` in Prometheus' text format, to a key with scope `monitor` (or
            to anybody with `metrics.public: true`). Names end in their unit. What only the leader knows is served by the
            leader only: sum or take the maximum over nodes, never the average.

            """;

    private static final String TAIL = """

            The JVM and the process are there too, under Micrometer's names: `jvm_memory_used_bytes`, `jvm_gc_pause_seconds`,
            `jvm_threads_live_threads`, `process_cpu_usage`, `process_files_open_files`, `process_uptime_seconds` and others.

            ## What to alert on

            | Condition | Means |
            | --- | --- |
            | `max(penstock_raft_leader_known) == 0` for 15 s | no leader: nothing is stored or delivered |
            | `sum(penstock_source_up) != 1` for 60 s | nobody reads the slot: Postgres keeps WAL for it |
            | `max(penstock_source_stopped) == 1` | the source waits for an operator: `/health/sources` says why |
            | `penstock_source_retained_wal_bytes` above half of `max_slot_wal_keep_size` | Postgres will drop the slot |
            | `penstock_source_lag_seconds` rising | the cluster is slower than the database writes |
            | `penstock_group_oldest_unsettled_seconds` above what the group's owners promised | consumers are stuck or gone |
            | `penstock_raft_commit_index - penstock_raft_applied_index` rising | a node cannot apply as fast as it receives |
            | `penstock_disk_free_bytes` below 20 % of the disk | below `storage.min_free` the leader takes no new events |
            | `rate(penstock_http_refusals_total{limit!="tls_handshake"}[5m]) > 0` | clients run into a limit |
            | `0 < penstock_http_tls_expiry_seconds < time() + 1209600` | the certificate ends in two weeks |
            | `increase(penstock_http_tls_reload_failures_total[5m]) > 0` | a changed certificate is of no use: the log says why |
            """;

    private MetricsReference() {}

    static String markdown() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("| Metric | Type | Labels | What it is |\n| --- | --- | --- | --- |\n");
        for (Metric metric : Metric.values()) {
            page.append("| `")
                    .append(metric.prometheusName())
                    .append("` | ")
                    .append(metric.kind().word())
                    .append(metric.labels().isEmpty() ? " |" : " | " + metric.labels())
                    .append(" | ")
                    .append(metric.doc())
                    .append(" |\n");
        }
        return page.append(TAIL).toString();
    }
}
