package dev.penstock.broker.boot;

import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.deliver.LeaderView.Leadership;
import dev.penstock.broker.duty.LeaderDuties;
import dev.penstock.broker.http.api.ClusterReport;
import dev.penstock.broker.http.api.NodeHealth;
import dev.penstock.broker.raft.DiskGuard;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.broker.raft.RaftStatus;
import dev.penstock.replicator.flow.SourceStatus;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StreamState;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What this node says of itself, of the cluster and of its sources. Thread-safe. A node's own facts travel to the others as
 * lines ({@link PeerTexts}); what the leader's replicators do is known on the leader only, so the others ask it.
 */
final class NodeReport implements ClusterReport, NodeHealth {

    private static final String SOURCE = "source.";
    private static final String SEPARATOR = "|";
    private static final String NOT_LED = "no_leader";

    private final NodeConfig config;
    private final RaftPorts ports;
    private final ClusterPeers peers;
    private final LeaderDuties duties;
    private final DiskGuard disk;
    private volatile @Nullable RaftNode raft;

    NodeReport(NodeConfig config, RaftPorts ports, ClusterPeers peers, LeaderDuties duties, DiskGuard disk) {
        this.config = config;
        this.ports = ports;
        this.peers = peers;
        this.duties = duties;
        this.disk = disk;
    }

    void attach(RaftNode node) {
        raft = node;
    }

    // ---- this node ----

    /** This node's own facts, for the others. */
    Map<String, String> statusLines() {
        Map<String, String> lines = new LinkedHashMap<>();
        RaftNode node = raft;
        if (node == null) {
            return lines;
        }
        RaftStatus status = node.status();
        lines.put("role", status.role().name());
        lines.put("term", Long.toString(status.term()));
        lines.put("commit", Long.toString(status.commitIndex()));
        status.leader().ifPresent(leader -> lines.put("leader", leader));
        try (MachineView view = ports.openView()) {
            lines.put("applied", Long.toString(view.appliedIndex()));
            Optional<StreamState> stream = view.streams().stream().findFirst();
            lines.put("end", Long.toString(stream.map(StreamState::end).orElse(0L)));
            stream.ifPresent(of -> lines.put("chain", String.format(Locale.ROOT, "%016x", of.chain())));
        }
        for (SourceStatus source : duties.sourceStatus()) {
            lines.put(
                    SOURCE + source.source(),
                    String.join(
                            SEPARATOR,
                            source.state().name().toLowerCase(Locale.ROOT),
                            source.code(),
                            source.confirmed().toString(),
                            source.durable().toString(),
                            Long.toString(source.lagBytes()),
                            source.detail().replace('\n', ' ')));
        }
        return lines;
    }

    // ---- the cluster ----

    @Override
    public CompletableFuture<Cluster> report() {
        return peers.status().thenApply(others -> {
            Map<String, Map<String, String>> all = new LinkedHashMap<>(others);
            all.put(config.node().id(), statusLines());
            Leadership leadership = ports.leadership();
            List<Node> nodes = new ArrayList<>();
            NodeSettings.httpAddresses(config)
                    .forEach((id, address) -> nodes.add(node(id, address, all.getOrDefault(id, Map.of()))));
            return new Cluster(
                    config.cluster().id(), leadership.leader(), leadership.term(), nodes, sources(leadership, all));
        });
    }

    private static Node node(String id, URI address, Map<String, String> lines) {
        if (lines.isEmpty()) {
            return new Node(id, address.toString(), Role.DOWN, 0, 0, 0, 0, Optional.empty());
        }
        long end = number(lines, "end");
        return new Node(
                id,
                address.toString(),
                Role.valueOf(PeerTexts.required(lines, "role")),
                number(lines, "term"),
                number(lines, "applied"),
                number(lines, "commit"),
                end,
                Optional.ofNullable(lines.get("chain")).map(chain -> new Digest(end, chain)));
    }

    private static long number(Map<String, String> lines, String key) {
        return Long.parseLong(lines.getOrDefault(key, "0"));
    }

    private List<Source> sources(Leadership leadership, Map<String, Map<String, String>> all) {
        Map<String, String> leaderLines = leadership
                .leader()
                .map(leader -> all.getOrDefault(leader, Map.of()))
                .orElse(Map.of());
        List<Source> sources = new ArrayList<>();
        config.source().ifPresent(source -> {
            String told = leaderLines.get(SOURCE + source.name());
            sources.add(told == null ? unled(source.name()) : source(source.name(), told));
        });
        return sources;
    }

    private static Source source(String name, String told) {
        String[] parts = told.split("\\|", 6);
        return new Source(name, parts[0], parts[1], parts[2], parts[3], Long.parseLong(parts[4]));
    }

    /** Nobody reads the slot: what the log knows. */
    private Source unled(String name) {
        String bound = "0/0";
        String last = "0/0";
        if (raft != null) {
            try (MachineView view = ports.openView()) {
                Optional<SourceState> state = view.source(name);
                bound = state.map(known -> known.bound().toString()).orElse(bound);
                last = state.map(known -> known.last().commitLsn().toString()).orElse(last);
            }
        }
        return new Source(name, "idle", NOT_LED, bound, last, 0);
    }

    // ---- health ----

    @Override
    public Health ready() {
        List<Check> checks = new ArrayList<>();
        boolean member = raft != null;
        checks.add(new Check(
                "member", member, member ? "ok" : "starting", member ? "" : "the node has not joined its cluster yet"));
        Leadership leadership = ports.leadership();
        boolean led = leadership.leads() || leadership.leader().isPresent();
        checks.add(new Check("leader", led, led ? "ok" : NOT_LED, led ? "" : "no leader is known"));
        boolean caughtUp = ports.isCaughtUp();
        checks.add(new Check(
                "log",
                caughtUp,
                caughtUp ? "ok" : "catching_up",
                caughtUp ? "" : "the node has not applied yet what was committed before its start"));
        // It can serve all the same: consumers go on, so requests are to reach it.
        checks.add(new Check(
                "disk",
                true,
                disk.isFull() ? "disk_full" : "ok",
                disk.isFull() ? "less than storage.min_free is free: no new events are taken" : ""));
        return new Health(checks);
    }

    @Override
    public Health sources() {
        if (config.source().isEmpty()) {
            return new Health(List.of());
        }
        String name = config.source().get().name();
        Leadership leadership = ports.leadership();
        Map<String, String> lines = leadership.leads()
                ? statusLines()
                : leadership
                        .leader()
                        .map(leader -> peers.status().join().getOrDefault(leader, Map.of()))
                        .orElse(Map.of());
        String told = lines.get(SOURCE + name);
        if (told == null) {
            return new Health(List.of(new Check(name, false, NOT_LED, "no leader reads the slot")));
        }
        String[] parts = told.split("\\|", 6);
        return new Health(List.of(new Check(name, parts[1].equals("ok"), parts[1], parts[5])));
    }
}
