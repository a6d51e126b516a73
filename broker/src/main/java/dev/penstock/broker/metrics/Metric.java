package dev.penstock.broker.metrics;

/**
 * Every metric of our own, as it is called in Prometheus: the one list that code and docs/metrics.md share. Names end in
 * their unit.
 */
enum Metric {
    NODE("penstock_node", Kind.GAUGE, "Always 1; its labels say which node this is.", "cluster", "node", "version"),
    RAFT_LEADER("penstock_raft_leader", Kind.GAUGE, "1 on the leader that is ready, else 0."),
    RAFT_LEADER_KNOWN(
            "penstock_raft_leader_known",
            Kind.GAUGE,
            "1 while this node knows a leader. 0 for 15 s: the cluster stands."),
    RAFT_TERM("penstock_raft_term", Kind.GAUGE, "Raft's term. It rises with each election."),
    RAFT_APPLIED_INDEX("penstock_raft_applied_index", Kind.GAUGE, "Newest Raft entry that this node has applied."),
    RAFT_COMMIT_INDEX(
            "penstock_raft_commit_index",
            Kind.GAUGE,
            "Newest Raft entry that a quorum holds, as this node knows it. Beyond the applied index: apply lags."),
    RAFT_COMMIT(
            "penstock_raft_commit_seconds",
            Kind.TIMER,
            "From the submission of an entry to its application on the leader. Lane: lease or append.",
            "lane"),
    RAFT_UNDECIDED(
            "penstock_raft_undecided_total",
            Kind.COUNTER,
            "Entries without a decision. Reason: unknown (it may have been applied), not_leader, overloaded, disk_full,"
                    + " too_large or cancelled.",
            "lane",
            "reason"),
    SOURCE_UP(
            "penstock_source_up",
            Kind.GAUGE,
            "1 while this node streams from the source. Exactly one node, the leader, should.",
            "source"),
    SOURCE_STOPPED(
            "penstock_source_stopped", Kind.GAUGE, "1 while the source waits for an operator. Alert on it.", "source"),
    SOURCE_LAG_BYTES(
            "penstock_source_lag_bytes",
            Kind.GAUGE,
            "WAL that Postgres has written and no quorum holds yet.",
            "source"),
    SOURCE_LAG_SECONDS(
            "penstock_source_lag_seconds",
            Kind.GAUGE,
            "Age of the newest stored change while more is pending; 0 when caught up.",
            "source"),
    SOURCE_RETAINED_WAL(
            "penstock_source_retained_wal_bytes",
            Kind.GAUGE,
            "WAL that Postgres keeps for the slot. Compare with max_slot_wal_keep_size. Absent while unknown.",
            "source"),
    STREAM_EVENTS("penstock_stream_events", Kind.GAUGE, "Events stored.", "stream"),
    STREAM_BYTES("penstock_stream_bytes", Kind.GAUGE, "Bytes of stored batches, before the store's own.", "stream"),
    STREAM_EARLIEST("penstock_stream_earliest_offset", Kind.GAUGE, "First offset that is stored.", "stream"),
    STREAM_END("penstock_stream_end_offset", Kind.GAUGE, "Offset after the last event.", "stream"),
    GROUP_BACKLOG(
            "penstock_group_backlog_events",
            Kind.GAUGE,
            "Events that the group has not been offered yet, before its filter. On the leader only.",
            "group"),
    GROUP_IN_FLIGHT(
            "penstock_group_in_flight_messages", Kind.GAUGE, "Messages under a lease. On the leader only.", "group"),
    GROUP_DELAYED(
            "penstock_group_delayed_messages",
            Kind.GAUGE,
            "Messages given back with a delay that is not over. On the leader only.",
            "group"),
    GROUP_READY(
            "penstock_group_ready_messages",
            Kind.GAUGE,
            "Messages given back or expired that wait for their next delivery. On the leader only.",
            "group"),
    GROUP_OLDEST(
            "penstock_group_oldest_unsettled_seconds",
            Kind.GAUGE,
            "Age of the oldest event that is not settled. Rises while no consumer works. On the leader only.",
            "group"),
    GROUP_LOST(
            "penstock_group_lost_messages",
            Kind.GAUGE,
            "Messages that retention took before the group had settled them, at most, since its creation. On the leader"
                    + " only. Rising: a longer retention, faster consumers, or a group that holds the log.",
            "group"),
    GROUP_FILTER_FAILURES(
            "penstock_group_filter_failed_events",
            Kind.GAUGE,
            "Events that the group was handed because its filter failed on them, since this node's start. On the leader"
                    + " only. Rising: mend the expression.",
            "group"),
    GROUP_DYING(
            "penstock_group_dying_messages",
            Kind.GAUGE,
            "Messages that failed for the last time and are not stored as dead letters yet: some moments each. On the leader"
                    + " only.",
            "group"),
    GROUP_DEAD_LETTERS(
            "penstock_group_dead_letters",
            Kind.GAUGE,
            "Dead letters that are kept, to be put back or dropped. On the leader only.",
            "group"),
    GROUPS("penstock_groups", Kind.GAUGE, "Consumer groups, shown one by one or not."),
    GROUPS_NOT_SHOWN(
            "penstock_groups_not_shown",
            Kind.GAUGE,
            "Groups beyond the " + NodeMetrics.MAX_GROUPS
                    + " with the largest backlog, which have no metrics of their own."),
    HTTP_REQUESTS(
            "penstock_http_request_seconds",
            Kind.TIMER,
            "Requests by route and class of status (2xx, 4xx, 5xx). A long poll takes its wait.",
            "route",
            "status"),
    HTTP_REFUSALS(
            "penstock_http_refusals_total",
            Kind.COUNTER,
            "How often a client ran into a limit, such as connections, body_bytes or header_deadline.",
            "limit"),
    HTTP_CONNECTIONS("penstock_http_connections", Kind.GAUGE, "Open connections."),
    HTTP_FORWARDED("penstock_http_forwarded_total", Kind.COUNTER, "Requests sent on to the leader, retries included."),
    HTTP_CLIENTS_GONE(
            "penstock_http_clients_gone_total", Kind.COUNTER, "Requests whose client hung up before the answer."),
    HTTP_GIVEN_BACK(
            "penstock_http_answers_given_back_total",
            Kind.COUNTER,
            "Answers with messages that could not be sent, and whose messages were given back uncounted."),
    HTTP_BUFFERED("penstock_http_buffered_body_bytes", Kind.GAUGE, "Bodies being received."),
    HTTP_TLS_EXPIRY(
            "penstock_http_tls_expiry_seconds",
            Kind.GAUGE,
            "When the certificate in use ends, in seconds since 1970; 0 without TLS. Alert two weeks before."),
    HTTP_TLS_RELOADS(
            "penstock_http_tls_reload_failures_total",
            Kind.COUNTER,
            "Attempts to take up a changed certificate or key that is of no use, every 5 s while it is so. Alert on it."),
    HTTP_UNSENT("penstock_http_unsent_answer_bytes", Kind.GAUGE, "Answers that clients have not taken yet."),
    DISK_FREE("penstock_disk_free_bytes", Kind.GAUGE, "Free space where the data directory is."),
    DISK_FULL(
            "penstock_disk_full",
            Kind.GAUGE,
            "1 while the node takes no new events because less than storage.min_free is free, else 0. Alert on it.");

    /** Kinds of metrics. */
    enum Kind {
        GAUGE("gauge"),
        COUNTER("counter"),
        /** {@code _count}, {@code _sum}, {@code _bucket} and {@code _max}. */
        TIMER("histogram");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final String prometheusName;
    private final Kind kind;
    private final String doc;
    private final String labels;

    Metric(String prometheusName, Kind kind, String doc, String... labels) {
        this.prometheusName = prometheusName;
        this.kind = kind;
        this.doc = doc;
        this.labels = String.join(", ", labels);
    }

    String prometheusName() {
        return prometheusName;
    }

    /** As it is registered: Micrometer adds the unit of timers by itself, whether it is there or not. */
    String meterName() {
        return kind == Kind.TIMER ? prometheusName.replaceAll("_seconds$", "") : prometheusName;
    }

    Kind kind() {
        return kind;
    }

    String doc() {
        return doc;
    }

    /** Parted by commas; empty if there are none. */
    String labels() {
        return labels;
    }
}
