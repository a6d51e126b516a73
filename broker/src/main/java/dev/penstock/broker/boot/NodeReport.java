package dev.penstock.broker.boot;

import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.deliver.LeaderView.Leadership;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.duty.LeaderDuties;
import dev.penstock.broker.http.api.ClusterReport;
import dev.penstock.broker.http.api.NodeHealth;
import dev.penstock.broker.raft.DiskGuard;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.broker.raft.RaftStatus;
import dev.penstock.replicator.flow.SourceStatus;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.StreamState;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node says of itself, of the cluster and of its sources. Thread-safe. A node's own facts travel to the others as
 * lines ({@link PeerTexts}); what the leader's replicators do is known on the leader only, so the others ask it. The store is
 * read on a thread of its own: answers of peers come on event loops, which must not wait for it.
 */
final class NodeReport implements ClusterReport, NodeHealth, AutoCloseable {

    /** As many as nodes and probes ask at a time, with room; beyond it they are refused. */
    private static final int MAX_WAITING = 256;

    private static final String SOURCE = "source.";
    private static final String BOUND = "bound.";
    private static final String LAST = "last.";
    private static final String SEPARATOR = "|";
    private static final String NOT_LED = "no_leader";

    private final NodeConfig config;
    private final RaftPorts ports;
    private final ClusterPeers peers;
    private final LeaderDuties duties;
    private final DiskGuard disk;
    private final Supplier<Optional<String>> keyProblem;
    private final LeaderLines leaderLines;
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                Thread status = new Thread(task, "penstock-status");
                status.setDaemon(true);
                return status;
            });
    private volatile @Nullable RaftNode raft;
    private volatile LogFacts logFacts = new LogFacts(0, Optional.empty(), Map.of());

    /**
     * What the log says, as last read.
     *
     * @param chain the digest of the first stream at its end
     * @param sources lines
     */
    private record LogFacts(long end, Optional<String> chain, Map<String, String> sources) {}

    /** @param keyProblem why this node cannot use the cluster's keys, if so; may read the store */
    NodeReport(
            NodeConfig config,
            RaftPorts ports,
            ClusterPeers peers,
            LeaderDuties duties,
            DiskGuard disk,
            Supplier<Optional<String>> keyProblem) {
        this.config = config;
        this.ports = ports;
        this.peers = peers;
        this.duties = duties;
        this.disk = disk;
        this.keyProblem = keyProblem;
        this.leaderLines = new LeaderLines(peers::status, System::nanoTime);
    }

    void attach(RaftNode node) {
        raft = node;
    }

    // ---- this node ----

    /** This node's own facts, for the others. Never blocks. */
    CompletableFuture<Map<String, String>> status() {
        try {
            return CompletableFuture.supplyAsync(this::statusLines, thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Map<String, String> statusLines() {
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
        lines.put("applied", Long.toString(status.appliedIndex()));
        LogFacts facts = readLogFacts();
        lines.put("end", Long.toString(facts.end()));
        facts.chain().ifPresent(chain -> lines.put("chain", chain));
        lines.putAll(facts.sources());
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

    private LogFacts readLogFacts() {
        try (MachineView view = ports.openView()) {
            Optional<StreamState> stream = view.streams().stream().findFirst();
            Map<String, String> sources = new LinkedHashMap<>();
            config.source().flatMap(source -> view.source(source.name())).ifPresent(source -> {
                sources.put(BOUND + source.name(), source.bound().toString());
                sources.put(LAST + source.name(), source.last().commitLsn().toString());
            });
            logFacts = new LogFacts(
                    stream.map(StreamState::end).orElse(0L),
                    stream.map(of -> String.format(Locale.ROOT, "%016x", of.chain())),
                    sources);
        } catch (Refused replaced) {
            // A snapshot is being installed: what was known before it is still true of this node.
        }
        return logFacts;
    }

    // ---- the cluster ----

    @Override
    public CompletableFuture<Cluster> report() {
        return peers.status().thenCombine(status(), (others, own) -> {
            Map<String, Map<String, String>> all = new LinkedHashMap<>(others);
            all.put(config.node().id(), own);
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
            sources.add(
                    told == null
                            ? unled(
                                    source.name(),
                                    all.getOrDefault(config.node().id(), Map.of()))
                            : source(source.name(), told));
        });
        return sources;
    }

    private static Source source(String name, String told) {
        String[] parts = told.split("\\|", 6);
        return new Source(name, parts[0], parts[1], parts[2], parts[3], Long.parseLong(parts[4]));
    }

    /** Nobody reads the slot: what the log knows. */
    private static Source unled(String name, Map<String, String> own) {
        return new Source(
                name, "idle", NOT_LED, own.getOrDefault(BOUND + name, "0/0"), own.getOrDefault(LAST + name, "0/0"), 0);
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
        boolean keys = keyProblem.get().isEmpty();
        // Answered to anybody, so without the ids and fingerprints that the log has.
        checks.add(new Check(
                "keys",
                keys,
                keys ? "ok" : "master_key",
                keys ? "" : "the cluster's keys cannot be opened with this node's cluster.master_key; see its log"));
        return new Health(checks);
    }

    @Override
    public CompletableFuture<Health> sources() {
        if (config.source().isEmpty()) {
            return CompletableFuture.completedFuture(new Health(List.of()));
        }
        String name = config.source().get().name();
        Leadership leadership = ports.leadership();
        CompletableFuture<Map<String, String>> lines = leadership.leads()
                ? status()
                : leadership.leader().map(leaderLines::of).orElseGet(() -> CompletableFuture.completedFuture(Map.of()));
        return lines.thenApply(told -> new Health(List.of(check(name, told.get(SOURCE + name)))));
    }

    private static Check check(String name, @Nullable String told) {
        if (told == null) {
            return new Check(name, false, NOT_LED, "no leader reads the slot");
        }
        String[] parts = told.split("\\|", 6);
        return new Check(name, parts[1].equals("ok"), parts[1], parts[5]);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
