package dev.penstock.broker.boot;

import dev.penstock.broker.config.Address;
import dev.penstock.broker.config.KeySettings;
import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.config.PeerSettings;
import dev.penstock.broker.config.Secret;
import dev.penstock.broker.config.SourceSettings;
import dev.penstock.broker.http.ApiKey;
import dev.penstock.broker.http.HttpLimits;
import dev.penstock.broker.http.Permission;
import dev.penstock.broker.keys.MasterKey;
import dev.penstock.broker.raft.ProposerLimits;
import dev.penstock.broker.raft.RaftConfig;
import dev.penstock.replicator.flow.SourceConfig;
import dev.penstock.storage.kv.rocks.RocksTuning;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The configuration in the words of each part: what a part needs, and nothing else. Pure. */
final class NodeSettings {

    private NodeSettings() {}

    static RaftConfig raft(NodeConfig config) {
        Map<String, RaftConfig.Peer> peers = new TreeMap<>();
        for (PeerSettings peer : config.peers()) {
            peers.put(
                    peer.id(),
                    new RaftConfig.Peer(peer.raft().toString(), peer.http().toString()));
        }
        return new RaftConfig(
                config.cluster().id(),
                config.node().id(),
                config.raft().bind().host(),
                config.raft().bind().port(),
                peers,
                new RaftConfig.Timeouts(
                        (int) config.timeouts().electionMinMillis(),
                        (int) config.timeouts().electionMaxMillis(),
                        RaftConfig.Timeouts.defaults().stepDownWaitMillis(),
                        (int) config.timeouts().shutdownMillis() * 8 / 10),
                new RaftConfig.SnapshotLimits(
                        config.storage().snapshotBytes(),
                        config.storage().snapshotIntervalMillis(),
                        config.storage().preserveLogBytes()),
                ProposerLimits.defaults());
    }

    static RocksTuning rocks(NodeConfig config) {
        RocksTuning defaults = RocksTuning.defaults();
        long writeBufferBytes = config.storage().writeBufferBytes();
        // Two column families, each with one buffer that fills and one that is being written out.
        return new RocksTuning(
                config.storage().blockCacheBytes(),
                writeBufferBytes / 2,
                writeBufferBytes / 2,
                defaults.maxWriteBuffers(),
                2 * writeBufferBytes,
                defaults.maxBackgroundJobs());
    }

    static List<SourceConfig> sources(NodeConfig config) {
        return config.source().map(source -> List.of(source(config, source))).orElse(List.of());
    }

    private static SourceConfig source(NodeConfig config, SourceSettings source) {
        SourceConfig.Limits defaults = SourceConfig.Limits.defaults();
        return new SourceConfig(
                source.name(),
                source.url().jdbcUrl(),
                source.url().user(),
                () -> source.password().map(Secret::reveal).orElse(""),
                source.slot(),
                source.publication(),
                source.tables(),
                config.cluster().id(),
                config.node().id(),
                new SourceConfig.Limits(
                        defaults.maxEventBytes(),
                        defaults.targetBatchBytes(),
                        defaults.maxBatchEvents(),
                        defaults.lingerMillis(),
                        defaults.maxOutstandingBytes(),
                        source.walSenderTimeoutMillis()));
    }

    static List<ApiKey> keys(NodeConfig config) {
        return config.keys().stream()
                .map(key -> new ApiKey(key.id(), key.secret().reveal(), permissions(key)))
                .toList();
    }

    private static Set<Permission> permissions(KeySettings key) {
        return key.scopes().stream().map(Permission::parse).collect(Collectors.toSet());
    }

    static Set<String> keyIds(NodeConfig config) {
        return config.keys().stream().map(KeySettings::id).collect(Collectors.toSet());
    }

    static Optional<MasterKey> masterKey(NodeConfig config) {
        return config.cluster().masterKey().map(secret -> new MasterKey(secret.reveal()));
    }

    static HttpLimits http(NodeConfig config) {
        HttpLimits defaults = HttpLimits.defaults();
        var limits = config.limits();
        return new HttpLimits(
                defaults.maxRequestLineBytes(),
                limits.headerBytes(),
                limits.bodyBytes(),
                limits.batchBodyBytes(),
                limits.connections(),
                limits.connectionsPerAddress(),
                defaults.maxPeerConnections(),
                Duration.ofMillis(limits.headerMillis()),
                Duration.ofMillis(limits.bodyMillis()),
                Duration.ofMillis(limits.idleMillis()),
                Duration.ofMillis(limits.writeStallMillis()),
                Duration.ofMillis(config.timeouts().leaderWaitMillis()),
                defaults.maxBufferedBodyBytes(),
                defaults.maxUnsentAnswerBytes());
    }

    /** HTTP addresses of all nodes by id. */
    static Map<String, URI> httpAddresses(NodeConfig config) {
        Map<String, URI> addresses = new LinkedHashMap<>();
        String scheme = config.http().tls().isPresent() ? "https" : "http";
        config.peers().forEach(peer -> addresses.put(peer.id(), uri(scheme, peer.http())));
        return addresses;
    }

    static Map<String, URI> otherHttpAddresses(NodeConfig config) {
        Map<String, URI> others = httpAddresses(config);
        others.remove(config.node().id());
        return others;
    }

    private static URI uri(String scheme, Address address) {
        return URI.create(scheme + "://" + address);
    }
}
