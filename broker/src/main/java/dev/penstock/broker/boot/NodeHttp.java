package dev.penstock.broker.boot;

import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.deliver.EventReader;
import dev.penstock.broker.deliver.FilterTrial;
import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.MessageSending;
import dev.penstock.broker.deliver.StreamRetention;
import dev.penstock.broker.http.Authenticator;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupFacts;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpCounters;
import dev.penstock.broker.http.HttpLimits;
import dev.penstock.broker.http.HttpServer;
import dev.penstock.broker.http.KeyLookup;
import dev.penstock.broker.http.LeaderForward;
import dev.penstock.broker.http.ProblemForm;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.RequestObserver;
import dev.penstock.broker.http.Route;
import dev.penstock.broker.http.Router;
import dev.penstock.broker.http.ServerTls;
import dev.penstock.broker.http.api.ApiRoutes;
import dev.penstock.broker.http.api.KeyRoutes;
import dev.penstock.broker.http.peer.EventLoops;
import dev.penstock.broker.http.peer.PeerClient;
import dev.penstock.broker.http.peer.PeerEndpoints;
import dev.penstock.broker.http.peer.PeerKeys;
import dev.penstock.broker.http.peer.PeerServer;
import dev.penstock.broker.http.sqs.QueryProtocol;
import dev.penstock.broker.http.sqs.SqsForm;
import dev.penstock.broker.http.sqs.SqsRoutes;
import dev.penstock.broker.http.sqs.SqsSettings;
import dev.penstock.broker.keys.KeyRing;
import dev.penstock.broker.keys.KeyService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the HTTP port: routes of all protocols over the same services. */
final class NodeHttp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeHttp.class);
    private static final String DEFAULT_STREAM = "main";

    private final ReaderPool readers;
    private final HttpServer server;

    private NodeHttp(ReaderPool readers, HttpServer server) {
        this.readers = readers;
        this.server = server;
    }

    /** What the routes stand on. */
    record Parts(
            EventLoops loops,
            HttpCounters counters,
            RaftPorts ports,
            GroupService groups,
            MessageSending sending,
            EventReader events,
            KeyRing keyRing,
            KeyService keys,
            FilterTrial filters,
            StreamRetention retention,
            NodeReport report,
            PeerClient peerClient,
            PeerKeys peerKeys,
            PeerEndpoints peerEndpoints,
            Optional<ServerTls> tls,
            Supplier<String> metrics,
            RequestObserver observer) {}

    /** Binds; throws {@link IOException} if the address cannot be bound. */
    static NodeHttp start(NodeConfig config, Parts parts) throws IOException {
        HttpLimits limits = NodeSettings.http(config);
        ReaderPool readers = new ReaderPool(ReaderPool.DEFAULT_THREADS, parts.counters());
        Map<String, URI> addresses = NodeSettings.httpAddresses(config);
        LeaderForward forward = new LeaderForward(
                config.node().id(),
                parts.ports(),
                id -> Optional.ofNullable(addresses.get(id)),
                parts.peerClient(),
                parts.counters());
        parts.peerEndpoints().add(LeaderForward.PATH, forward::answer);
        Router router = new Router(
                routes(config, parts, limits, readers),
                new ProblemForm(),
                new SqsForm(),
                new QueryProtocol(),
                new Authenticator(new KeyLookup(NodeSettings.keys(config), parts.keyRing()), Clock.systemUTC()),
                forward,
                limits,
                parts.observer());
        PeerServer peers = new PeerServer(config.node().id(), parts.peerKeys(), parts.peerEndpoints());
        InetSocketAddress bind = new InetSocketAddress(
                config.http().bind().host(), config.http().bind().port());
        try {
            return new NodeHttp(
                    readers,
                    HttpServer.start(
                            parts.loops(),
                            bind,
                            limits,
                            parts.counters(),
                            members(addresses),
                            router,
                            peers,
                            parts.tls()));
        } catch (IOException e) {
            readers.close();
            throw e;
        }
    }

    private static List<Route> routes(NodeConfig config, Parts parts, HttpLimits limits, ReaderPool readers) {
        GroupOperations groups = GroupOperations.of(parts.groups());
        GroupFacts facts = new GroupFacts(groups, readers);
        String stream = config.source().map(source -> source.name()).orElse(DEFAULT_STREAM);
        Grants grants = new Grants(groups, facts, limits, parts.counters());
        List<Route> routes = new ArrayList<>(ApiRoutes.of(
                new ApiRoutes.Ports(
                        groups,
                        parts.events()::read,
                        parts.filters()::run,
                        parts.ports(),
                        parts.retention(),
                        parts.report(),
                        parts.report(),
                        parts.metrics(),
                        config.metrics().isPublic(),
                        stream),
                readers,
                grants));
        routes.addAll(KeyRoutes.of(parts.keys(), NodeSettings.keys(config), readers));
        SqsSettings sqs = SqsSettings.defaults()
                .withPurgeInterval(config.limits().purgeIntervalMillis())
                .withStream(stream);
        routes.addAll(SqsRoutes.of(groups, facts, readers, grants, parts.sending()::send, sqs));
        return routes;
    }

    /** Addresses of the other machines of the cluster; on one machine they are not told apart from clients. */
    private static Set<InetAddress> members(Map<String, URI> addresses) {
        Set<InetAddress> members = new HashSet<>();
        for (URI address : addresses.values()) {
            try {
                for (InetAddress one : InetAddress.getAllByName(address.getHost())) {
                    if (!one.isLoopbackAddress()) {
                        members.add(one);
                    }
                }
            } catch (UnknownHostException e) {
                LOG.warn(
                        "The peer {} has no address now; its connections are counted as a client's", address.getHost());
            }
        }
        return members;
    }

    @Override
    public void close() {
        server.close();
        readers.close();
    }
}
