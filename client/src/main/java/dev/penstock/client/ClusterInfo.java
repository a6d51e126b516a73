package dev.penstock.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param leader id of the leader; null while there is none */
public record ClusterInfo(
        String clusterId, @Nullable String leader, long term, List<Node> nodes, List<Source> sources) {

    public ClusterInfo {
        nodes = List.copyOf(nodes);
        sources = List.copyOf(sources);
    }

    /**
     * @param http where clients connect
     * @param role leader, follower, candidate or down
     * @param logEndOffset offset after the last event
     * @param digest null while unknown
     */
    public record Node(
            String id,
            String http,
            String role,
            long term,
            long appliedIndex,
            long commitIndex,
            String logEndOffset,
            @Nullable Digest digest) {}

    /** Chained digest of the log up to an offset: equal on all nodes. */
    public record Digest(String offset, String value) {}

    /**
     * @param code stable, for programs: {@code ok}, or what is wrong
     * @param lagBytes WAL not yet held by a quorum
     */
    public record Source(
            String name, String state, String code, String confirmedLsn, String durableLsn, long lagBytes) {}
}
