package dev.penstock.broker.http.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What this node knows of the cluster, without a leader too. Filled by whoever wires the node; never blocks. */
public interface ClusterReport {

    CompletableFuture<Cluster> report();

    /** @param leader node id; empty while there is none */
    record Cluster(String clusterId, Optional<String> leader, long term, List<Node> nodes, List<Source> sources) {
        public Cluster {
            nodes = List.copyOf(nodes);
            sources = List.copyOf(sources);
        }
    }

    enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE,
        DOWN
    }

    /**
     * @param http scheme, host and port of its HTTP address
     * @param logEndOffset offset after the last event
     * @param digest empty while unknown
     */
    record Node(
            String id,
            String http,
            Role role,
            long term,
            long appliedIndex,
            long commitIndex,
            long logEndOffset,
            Optional<Digest> digest) {}

    /** The chained digest of the log up to {@code offset}. */
    record Digest(long offset, String value) {}

    /**
     * @param state such as {@code streaming}, {@code stopped}
     * @param code {@code ok}, or what is wrong, stable for programs
     * @param confirmedLsn as Postgres was told
     * @param durableLsn as a quorum holds
     * @param lagBytes WAL that a quorum does not hold yet
     */
    record Source(String name, String state, String code, String confirmedLsn, String durableLsn, long lagBytes) {}
}
