package dev.penstock.broker.http;

import dev.penstock.broker.deliver.FilterTrial;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.deliver.StreamRetention;
import dev.penstock.broker.http.api.ApiRoutes;
import dev.penstock.broker.http.api.ClusterReport;
import dev.penstock.broker.http.api.KeyRoutes;
import dev.penstock.broker.http.api.NodeHealth;
import dev.penstock.broker.http.peer.EventLoops;
import dev.penstock.broker.http.peer.PeerClient;
import dev.penstock.broker.http.peer.PeerEndpoints;
import dev.penstock.broker.http.peer.PeerKeys;
import dev.penstock.broker.http.peer.PeerServer;
import dev.penstock.broker.http.peer.PeerTls;
import dev.penstock.broker.http.sqs.QueryProtocol;
import dev.penstock.broker.http.sqs.SqsForm;
import dev.penstock.broker.http.sqs.SqsRoutes;
import dev.penstock.broker.http.sqs.SqsSettings;
import dev.penstock.broker.keys.KeyRing;
import dev.penstock.broker.keys.KeyService;
import dev.penstock.broker.keys.MasterKey;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A node's HTTP side on fakes, on a free port of the loopback address. */
public final class TestNode implements AutoCloseable {

    public static final String SECRET = "abcdefghijklmnop";
    public static final String ADMIN = "Bearer ADMIN." + SECRET;
    public static final String CONSUMER = "Bearer CONSUMER." + SECRET;
    public static final List<ApiKey> KEYS = List.of(
            key("ADMIN", "admin"),
            key("CONSUMER", "consume"),
            key("READER", "read"),
            key("SENDER", "send"),
            key("MONITOR", "monitor"),
            key("CONSUMES-X", "consume:x"),
            key("READS-X", "read:x"),
            key("SENDS-X", "send:x"),
            key("OTHERS", "consume:y*", "consume:*y", "read:other", "send:xx", "monitor"));

    private static ApiKey key(String id, String... scopes) {
        return new ApiKey(id, SECRET, Stream.of(scopes).map(Permission::parse).collect(Collectors.toSet()));
    }

    private static final byte[] CLUSTER_SECRET = "a secret of the test cluster".getBytes(StandardCharsets.UTF_8);

    public final String id;
    public final FakeGroups groups;
    public final FakeLeader leader = new FakeLeader();
    public final FakeLog log = new FakeLog();
    /** Of the keys only. */
    public final LocalLog keyLog = new LocalLog(new Machine(new InMemoryStore()));

    public final KeyService keys;

    /** What was sent, as if it had been committed. */
    public final FakeSender sender;

    /** Real batches, for what reads their values. */
    public final LocalLog stored = new LocalLog(new Machine(new InMemoryStore()));

    /** Status of each answer. */
    public final Queue<Integer> answered = new ConcurrentLinkedQueue<>();

    public final HttpCounters counters;
    public final Map<String, URI> peers = new ConcurrentHashMap<>();
    public final PeerClient peerClient;
    public final PeerEndpoints peerEndpoints = new PeerEndpoints();
    public final Router router;
    /** Takes the place of the leader's side of forwarding when set. */
    public volatile Optional<PeerEndpoints.Endpoint> forwardOverride = Optional.empty();

    private final EventLoops loops = new EventLoops(2);
    private final ReaderPool readers;
    private final HttpServer server;

    public static TestNode start() throws IOException {
        return new TestNode("n1", new FakeGroups(), HttpLimits.defaults(), Set.of());
    }

    public static TestNode start(String id, FakeGroups groups) throws IOException {
        return new TestNode(id, groups, HttpLimits.defaults(), Set.of());
    }

    public static TestNode start(HttpLimits limits) throws IOException {
        return new TestNode("n1", new FakeGroups(), limits, Set.of());
    }

    TestNode(String id, FakeGroups groups, HttpLimits limits, Set<InetAddress> members) throws IOException {
        this(id, groups, limits, members, new HttpCounters(), Optional.empty());
    }

    TestNode(
            String id,
            FakeGroups groups,
            HttpLimits limits,
            Set<InetAddress> members,
            HttpCounters counters,
            Optional<ServerTls> tls)
            throws IOException {
        this.counters = counters;
        this.readers = new ReaderPool(2, counters);
        this.id = id;
        this.groups = groups;
        PeerKeys peerKeys = new PeerKeys(CLUSTER_SECRET);
        peerClient = new PeerClient(loops, peerKeys, id, tls.map(own -> new PeerTls()));
        sender = new FakeSender(groups);
        GroupFacts facts = new GroupFacts(groups, readers);
        Grants grants = new Grants(groups, facts, limits, counters);
        ApiRoutes.Ports ports = new ApiRoutes.Ports(
                groups,
                log::read,
                new FilterTrial(stored, new LogBatches(1 << 20))::run,
                log,
                new StreamRetention(stored, stored, stored),
                new FixedCluster(),
                new FixedHealth(),
                () -> "penstock_up 1\n",
                false,
                "main");
        List<Route> routes = new ArrayList<>(ApiRoutes.of(ports, readers, grants));
        Optional<MasterKey> masterKey = Optional.of(new MasterKey("a master key of the test cluster, long enough"));
        keys = new KeyService(keyLog, keyLog, keyLog, masterKey, Set.of("ADMIN"));
        routes.addAll(KeyRoutes.of(keys, KEYS, readers));
        routes.addAll(SqsRoutes.of(groups, facts, readers, grants, sender, SqsSettings.defaults()));
        LeaderForward forward =
                new LeaderForward(id, leader, node -> Optional.ofNullable(peers.get(node)), peerClient, counters);
        router = new Router(
                routes,
                new ProblemForm(),
                new SqsForm(),
                new QueryProtocol(),
                new Authenticator(new KeyLookup(KEYS, new KeyRing(keyLog, masterKey)), Clock.systemUTC()),
                forward,
                limits,
                (route, status, nanos) -> answered.add(status));
        peerEndpoints.add(
                LeaderForward.PATH,
                call -> forwardOverride.orElse(forward::answer).call(call));
        server = HttpServer.start(
                loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                limits,
                counters,
                members,
                router,
                new PeerServer(id, peerKeys, peerEndpoints),
                tls);
    }

    public int port() {
        return server.port();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public RawClient connect() throws IOException {
        return new RawClient(port());
    }

    @Override
    public void close() {
        peerClient.close();
        server.close();
        loops.close();
        readers.close();
    }

    private static final class FixedCluster implements ClusterReport {
        @Override
        public CompletableFuture<Cluster> report() {
            return CompletableFuture.completedFuture(new Cluster(
                    "c-1",
                    Optional.of("n1"),
                    3,
                    List.of(new Node(
                            "n1",
                            "http://127.0.0.1:7801",
                            Role.LEADER,
                            3,
                            120,
                            121,
                            4_711,
                            Optional.of(new Digest(4_700, "00ff")))),
                    List.of(new Source("main", "streaming", "ok", "0/16B3748", "0/16B3750", 8))));
        }
    }

    private static final class FixedHealth implements NodeHealth {
        @Override
        public Health ready() {
            return new Health(List.of(new Check("leader", true, "ok", "n1 leads")));
        }

        @Override
        public CompletableFuture<Health> sources() {
            return CompletableFuture.completedFuture(
                    new Health(List.of(new Check("main", false, "SLOT_LOST", "the slot is gone"))));
        }
    }
}
