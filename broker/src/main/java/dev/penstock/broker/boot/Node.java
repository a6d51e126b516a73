package dev.penstock.broker.boot;

import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.config.TlsSettings;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.EventReader;
import dev.penstock.broker.deliver.FilterTrial;
import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.LogArrivals;
import dev.penstock.broker.deliver.MessageSending;
import dev.penstock.broker.deliver.ReceiptSeal;
import dev.penstock.broker.deliver.StreamRetention;
import dev.penstock.broker.duty.LeaderDuties;
import dev.penstock.broker.http.HttpCounters;
import dev.penstock.broker.http.ServerTls;
import dev.penstock.broker.http.peer.EventLoops;
import dev.penstock.broker.http.peer.PeerClient;
import dev.penstock.broker.http.peer.PeerEndpoints;
import dev.penstock.broker.http.peer.PeerKeys;
import dev.penstock.broker.http.peer.PeerTls;
import dev.penstock.broker.keys.KeyRing;
import dev.penstock.broker.keys.KeyService;
import dev.penstock.broker.keys.MasterKey;
import dev.penstock.broker.metrics.MeasuredSubmitter;
import dev.penstock.broker.metrics.NodeMetrics;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.raft.DataDirectory;
import dev.penstock.broker.raft.DiskGuard;
import dev.penstock.broker.raft.FailStop;
import dev.penstock.broker.raft.NodeIdentity;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.broker.raft.Repair;
import dev.penstock.broker.raft.StartRefused;
import dev.penstock.broker.raft.StartRefused.Reason;
import dev.penstock.broker.raft.Startup;
import dev.penstock.broker.raft.StateMachines;
import dev.penstock.replicator.flow.SourceConfig;
import dev.penstock.replicator.flow.SourcePreflight;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: opens its parts in order and closes them in reverse, leadership handed over first. Opened by the starting
 * thread, closed once, by that or by the shutdown hook.
 */
public final class Node implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** Decoded batches kept for readers at the end of the log; part of the 384 MiB heap that a node is started with. */
    private static final long BATCH_CACHE_BYTES = 48L << 20;

    /** Grants are read and rendered beside each other; reads of one batch are served from the cache. */
    private static final int GRANT_READERS = 2;

    /** The first start waits for the operator to start the other nodes. */
    private static final Duration FORMATION_PATIENCE = Duration.ofMinutes(10);

    /** Then the start is refused, and its supervisor tries again. */
    private static final Duration REPAIR_PATIENCE = Duration.ofMinutes(2);

    private final NodeConfig config;
    private final FailStop failStop;
    private final Deque<Part> open = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    /** Something to close, with its name for the log. */
    private record Part(String name, AutoCloseable closeable) {}

    private Node(NodeConfig config, FailStop failStop) {
        this.config = config;
        this.failStop = failStop;
    }

    /**
     * Runs a node until the process is told to stop, then stops it in order. Returns only by {@link StartRefused}.
     *
     * @param join an empty data directory joins the cluster that the peers already form
     */
    public static void run(NodeConfig config, boolean join) throws StartRefused {
        Node node = new Node(config, FailStop.process());
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "penstock-shutdown"));
        node.openOrClose(join);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            node.close();
        }
    }

    /** Opens a node beside others in this process, for a {@code rehearsal}; the caller closes it. */
    public static Node open(NodeConfig config) throws StartRefused {
        Node node = new Node(config, FailStop.process());
        node.openOrClose(false);
        return node;
    }

    private void openOrClose(boolean join) throws StartRefused {
        try {
            openParts(join);
        } catch (StartRefused | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void openParts(boolean join) throws StartRefused {
        checkSourceBeforeFirstStart(join);
        String nodeId = config.node().id();
        DataDirectory directory =
                opened("data directory", DataDirectory.open(config.node().dataDir()));
        useScratch(directory.root());
        DiskGuard disk = DiskGuard.of(directory.root(), config.storage().minFreeBytes());
        EventLoops loops = opened("network threads", new EventLoops(EventLoops.DEFAULT_WORKERS));
        PeerKeys peerKeys = new PeerKeys(config.cluster().secret().reveal().getBytes(StandardCharsets.UTF_8));
        PeerClient peerClient = opened(
                "peer channels",
                new PeerClient(loops, peerKeys, nodeId, config.http().tls().map(tls -> new PeerTls())));
        ClusterPeers peers = new ClusterPeers(nodeId, peerClient, NodeSettings.otherHttpAddresses(config));
        PeerEndpoints peerEndpoints = new PeerEndpoints();
        Startup startup = new Startup(
                directory,
                config.cluster().id(),
                nodeId,
                NodeSettings.httpAddresses(config).keySet());
        ClusterPeers.serveIdentity(peerEndpoints, startup);

        RaftPorts ports = new RaftPorts(
                NodeSettings.sources(config).stream().map(SourceConfig::name).collect(Collectors.toSet()));
        HttpCounters counters = new HttpCounters();
        NodeSamples samples = new NodeSamples(ports, counters, config.node().dataDir(), disk, Clock.systemUTC());
        NodeMetrics metrics = opened("metrics", openMetrics(samples));
        CommandSubmitter submitter = new MeasuredSubmitter(ports, metrics);
        LogBatches batches = new LogBatches(BATCH_CACHE_BYTES);
        EventReader reader = new EventReader(ports, batches);
        LeaderDuties duties = new LeaderDuties(submitter, ports, ports, NodeSettings.sources(config));
        samples.attach(duties);
        Optional<MasterKey> masterKey = NodeSettings.masterKey(config);
        KeyRing keyRing = new KeyRing(ports, masterKey);
        KeyService keys = new KeyService(submitter, ports, ports, masterKey, NodeSettings.keyIds(config));
        NodeReport report = opened("status", new NodeReport(config, ports, peers, duties, disk, keyRing::problem));
        GroupService groups = openGroups(submitter, ports, reader, batches);
        samples.attach(groups);
        MessageSending sending = openSending(ports, batches);
        openHttp(new NodeHttp.Parts(
                loops,
                counters,
                ports,
                groups,
                sending,
                reader,
                keyRing,
                keys,
                new FilterTrial(ports, batches),
                new StreamRetention(ports, ports, ports),
                report,
                peerClient,
                peerKeys,
                peerEndpoints,
                openTls(counters),
                metrics::scrape,
                metrics::answered));

        NodeIdentity identity = startup.establish(peers.probe(), join, FORMATION_PATIENCE);
        FailStop marking = directory.markingDamage(failStop);
        StateMachines machines = StateMachines.rocks(NodeSettings.rocks(config), marking);
        Repair.mend(directory, config.cluster().id(), machines, new RepairPeers(peerClient, peers), REPAIR_PATIENCE);
        RaftNode raft = new RaftNode(NodeSettings.raft(config), identity, directory, machines, disk, marking);
        raft.start();
        opened("Raft", raft);
        report.attach(raft);
        samples.attach(raft);
        ClusterPeers.serve(peerEndpoints, raft, report::status);
        ExecutorService repairs = Executors.newSingleThreadExecutor(daemons("penstock-repair"));
        opened("repairs", repairs::shutdownNow);
        RepairPeers.serve(peerEndpoints, raft, repairs);
        ports.attach(raft);
        requireKeysOpen(keyRing);
        duties.start();
        opened("duties", duties);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(daemons("penstock-digests"));
        opened("digest watch", scheduler::shutdownNow);
        peers.watchDigests(raft, scheduler);
        joinIfNew(peers, raft, identity, directory);
        LOG.info(
                "Node {} is up: HTTP {}, Raft {}",
                nodeId,
                config.http().bind(),
                config.raft().bind());
    }

    /**
     * A source that cannot work is told before anything is created. Later starts do not ask: events are served while
     * Postgres is down, and its state is shown on {@code /health/sources}.
     */
    private void checkSourceBeforeFirstStart(boolean join) throws StartRefused {
        if (join || DataDirectory.isBelongingToANode(config.node().dataDir())) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (SourceConfig source : NodeSettings.sources(config)) {
            SourcePreflight.check(source).forEach(problem -> problems.add(problem.detail()));
        }
        if (!problems.isEmpty()) {
            throw new StartRefused(Reason.SOURCE, String.join("\n", problems));
        }
    }

    private NodeMetrics openMetrics(NodeSamples samples) {
        String version = Node.class.getPackage().getImplementationVersion();
        return new NodeMetrics(
                config.cluster().id(), config.node().id(), version == null ? "unpackaged" : version, samples.samples());
    }

    private GroupService openGroups(
            CommandSubmitter submitter, RaftPorts ports, EventReader reader, LogBatches batches) {
        ExecutorService grantReaders = Executors.newFixedThreadPool(GRANT_READERS, daemons("penstock-grant-reader"));
        opened("grant readers", grantReaders::shutdownNow);
        return opened(
                "groups",
                new GroupService(
                        submitter,
                        ports,
                        ports,
                        reader,
                        batches,
                        new ReceiptSeal(config.cluster().secret().reveal()),
                        grantReaders,
                        Clock.systemUTC(),
                        config.limits().inFlightPerGroup()));
    }

    private MessageSending openSending(RaftPorts ports, LogBatches batches) {
        ExecutorService watch = Executors.newSingleThreadExecutor(daemons("penstock-arrivals"));
        opened("arrivals", watch::shutdownNow);
        SourceSending source = opened("sending", new SourceSending(NodeSettings.sources(config)));
        return new MessageSending(source, ports, ports, new LogArrivals(ports, batches, watch));
    }

    private static void useScratch(Path dataDirectory) throws StartRefused {
        try {
            ScratchDirectory.use(dataDirectory);
        } catch (IOException e) {
            throw new StartRefused(
                    Reason.UNWRITABLE,
                    "The directory " + dataDirectory.resolve("tmp") + " cannot be used (" + e
                            + "): give this process's user the right to write and to execute there.",
                    e);
        }
    }

    private Optional<ServerTls> openTls(HttpCounters counters) throws StartRefused {
        if (config.http().tls().isEmpty()) {
            return Optional.empty();
        }
        TlsSettings tls = config.http().tls().get();
        try {
            return Optional.of(opened("TLS", ServerTls.open(tls.certificateFile(), tls.keyFile(), counters)));
        } catch (IOException e) {
            throw new StartRefused(Reason.TLS, "The files of http.tls are of no use: " + e.getMessage() + ".", e);
        }
    }

    private void openHttp(NodeHttp.Parts parts) throws StartRefused {
        try {
            opened("HTTP", NodeHttp.start(config, parts));
        } catch (IOException e) {
            throw new StartRefused(
                    Reason.IN_USE,
                    "The HTTP address " + config.http().bind() + " cannot be used (" + e.getMessage()
                            + "): stop the program that listens there, or configure another http.bind.",
                    e);
        }
    }

    /** A node that cannot check the keys of its clients is no node of this cluster: told at once, not by 503s. */
    private static void requireKeysOpen(KeyRing keys) throws StartRefused {
        Optional<String> problem = keys.problem();
        if (problem.isPresent()) {
            throw new StartRefused(Reason.KEYS, "This node cannot use the keys of its cluster: " + problem.get() + ".");
        }
    }

    /** Until it was taken in, through as many starts as that needs. */
    private void joinIfNew(ClusterPeers peers, RaftNode raft, NodeIdentity identity, DataDirectory directory) {
        if (!identity.joined() || !directory.isJoining()) {
            return;
        }
        Thread joining = new Thread(
                () -> {
                    try {
                        if (raft.isMember()
                                || peers.joinCluster(
                                        identity, config.self().raft().toString(), closing::get)) {
                            directory.markJoined();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (IOException e) {
                        LOG.warn("That this node has joined could not be noted; it asks again at its next start", e);
                    }
                },
                "penstock-join");
        joining.setDaemon(true);
        joining.start();
    }

    private <T extends AutoCloseable> T opened(String name, T part) {
        open.push(new Part(name, part));
        return part;
    }

    /** In reverse order of opening: duties end before leadership is handed over, Raft ends before HTTP. Runs once. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        while (!open.isEmpty()) {
            Part part = open.pop();
            try {
                part.closeable().close();
            } catch (Exception e) {
                LOG.warn("Closing {} failed; going on with the rest", part.name(), e);
            }
        }
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
