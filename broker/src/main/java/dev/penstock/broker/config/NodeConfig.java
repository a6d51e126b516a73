package dev.penstock.broker.config;

import java.util.List;
import java.util.Optional;

/**
 * One node's configuration, complete and checked: made by {@link ConfigLoader} only, so that no reader checks again.
 *
 * @param peers all nodes of the cluster, this one among them; never empty (one entry for a single node)
 * @param source empty = the node serves the log only
 * @param insecure ports may be open to others without TLS
 */
public record NodeConfig(
        @Setting(key = "cluster", doc = "Which cluster the node belongs to; the same on all its nodes.")
        ClusterSettings cluster,

        @Setting(key = "node", doc = "Who the node is and where it keeps its data.")
        IdentitySettings node,

        @Setting(key = "http", doc = "Where clients connect.")
        HttpSettings http,

        @Setting(key = "raft", doc = "Where the other nodes connect.")
        RaftSettings raft,

        @Setting(
                key = "peers",
                doc =
                        "All nodes of the cluster, this one among them: an odd number. May be left out for a single node.")
        List<PeerSettings> peers,

        @Setting(
                key = "source",
                doc =
                        "The Postgres database whose changes are streamed. Without it the node serves its log only. The same"
                                + " on all nodes.")
        Optional<SourceSettings> source,

        @Setting(key = "keys", doc = "Keys of the HTTP API, at least one. The same on all nodes.")
        List<KeySettings> keys,

        @Setting(key = "metrics", doc = "Who may read `/metrics`.")
        MetricsSettings metrics,

        @Setting(key = "limits", doc = "How much a client may ask for.")
        LimitSettings limits,

        @Setting(key = "storage", doc = "Memory and disk of the store.")
        StorageSettings storage,

        @Setting(key = "timeouts", doc = "How long the node waits for others.")
        TimeoutSettings timeouts,

        @Setting(key = "log", doc = "The program's own log, which always goes to standard error.")
        LogSettings log,

        @Setting(
                key = "insecure",
                doc =
                        "Allows ports that other machines can reach although they are not encrypted: the Raft port always, the"
                                + " HTTP port without `http.tls`. Only for a network that you trust.",
                fallback = "false")
        boolean insecure) {

    public NodeConfig {
        peers = List.copyOf(peers);
        keys = List.copyOf(keys);
    }

    /** This node's own entry of {@link #peers}: what the others, and clients, connect to. */
    public PeerSettings self() {
        return peers.stream()
                .filter(peer -> peer.id().equals(node.id()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("expected " + node.id() + " among the peers " + peers));
    }
}
