package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that names every key, each with another value than its default. */
class SettingsMappingTest {

    private static final String EVERY_KEY = """
            cluster:
              id: shop-events
              secret: { env: CLUSTER_SECRET }
              master_key: { env: MASTER_KEY }
            node:
              id: n2
              data_dir: data/n2
            http:
              bind: 0.0.0.0:7001
              advertise: b.example:7001
              tls:
                certificate_file: tls.crt
                key_file: /etc/penstock/tls.key
            raft:
              bind: 0.0.0.0:7101
              advertise: b.example:7101
            peers:
              - { id: n1, http: "a.example:7001", raft: "a.example:7101" }
              - { id: n2, http: "b.example:7001", raft: "b.example:7101" }
              - { id: n3, http: "[2001:db8::3]:7001", raft: "[2001:db8::3]:7101" }
            source:
              name: shop
              url: postgresql://reader@db.example:5433/shop?sslmode=require
              password: { env: DB_PASSWORD }
              slot: shop_slot
              publication: shop_pub
              tables: [public.orders, sales.invoices]
              wal_sender_timeout: 5s
            keys:
              - id: app
                secret: { value: abcdefghijklmnop }
                scopes: [admin, "consume:orders-*", read, send, monitor]
            metrics:
              public: true
            limits:
              connections: 3000
              connections_per_address: 300
              headers: 32KiB
              body: 3MiB
              batch_body: 9MiB
              header_time: 6s
              body_time: 16s
              idle_time: PT2M
              write_stall: 31s
              in_flight_per_group: 1000
              purge_interval: 60s
            storage:
              block_cache: 128MiB
              write_buffers: 96MiB
              snapshot_bytes: 1GiB
              snapshot_interval: 1h
              preserve_log_bytes: 2GiB
              min_free: 10GB
            timeouts:
              election_min: 1s
              election_max: 2s
              step_down_wait: 3s
              leader_wait: 3s
              shutdown: 20s
            log:
              level: debug
              file: logs/node.log
              file_size: 1MiB
              files_kept: 3
            insecure: true
            """;

    private static final Map<String, String> ENVIRONMENT =
            Map.of("CLUSTER_SECRET", SettingsFile.SECRET, "MASTER_KEY", SettingsFile.SECRET, "DB_PASSWORD", "hunter2");

    @TempDir
    Path directory;

    @Test
    void shouldMapEveryKey() {
        // when
        NodeConfig config = SettingsFile.load(directory, EVERY_KEY, ENVIRONMENT);

        // then
        assertThat(config)
                .isEqualTo(new NodeConfig(
                        new ClusterSettings(
                                "shop-events",
                                new Secret.FromEnvironment("CLUSTER_SECRET", SettingsFile.SECRET),
                                Optional.of(new Secret.FromEnvironment("MASTER_KEY", SettingsFile.SECRET))),
                        new IdentitySettings("n2", directory.resolve("data/n2")),
                        new HttpSettings(
                                new Address("0.0.0.0", 7001),
                                Optional.of(new Address("b.example", 7001)),
                                Optional.of(new TlsSettings(
                                        directory.resolve("tls.crt"), Path.of("/etc/penstock/tls.key")))),
                        new RaftSettings(new Address("0.0.0.0", 7101), Optional.of(new Address("b.example", 7101))),
                        List.of(
                                new PeerSettings("n1", new Address("a.example", 7001), new Address("a.example", 7101)),
                                new PeerSettings("n2", new Address("b.example", 7001), new Address("b.example", 7101)),
                                new PeerSettings(
                                        "n3", new Address("2001:db8::3", 7001), new Address("2001:db8::3", 7101))),
                        Optional.of(new SourceSettings(
                                "shop",
                                new DatabaseUrl("reader", "db.example", 5433, "shop", List.of("sslmode=require")),
                                Optional.of(new Secret.FromEnvironment("DB_PASSWORD", "hunter2")),
                                "shop_slot",
                                "shop_pub",
                                List.of("public.orders", "sales.invoices"),
                                5_000)),
                        List.of(new KeySettings(
                                "app",
                                new Secret.Inline("abcdefghijklmnop"),
                                List.of("admin", "consume:orders-*", "read", "send", "monitor"))),
                        new MetricsSettings(true),
                        new LimitSettings(
                                3_000, 300, 32 << 10, 3 << 20, 9 << 20, 6_000, 16_000, 120_000, 31_000, 1_000, 60_000),
                        new StorageSettings(128 << 20, 96 << 20, 1 << 30, 3_600_000, 2L << 30, 10_000_000_000L),
                        new TimeoutSettings(1_000, 2_000, 3_000, 3_000, 20_000),
                        new LogSettings(
                                LogSettings.Level.DEBUG, Optional.of(directory.resolve("logs/node.log")), 1 << 20, 3),
                        true));
    }

    @Test
    void shouldNameEveryKeyInThisTest() {
        // given
        Problems problems = new Problems();
        YamlNode.Mapping file = new YamlReader("test", problems).read(EVERY_KEY);

        // when
        Set<String> named = new TreeSet<>();
        gather(file, "", named);

        // then
        List<String> known = new KnownKeys(NodeConfig.class).all();
        assertThat(named).containsAll(known);
    }

    private static void gather(YamlNode node, String path, Set<String> keys) {
        if (node instanceof YamlNode.Mapping mapping) {
            mapping.entries().forEach((name, entry) -> {
                String key = path.isEmpty() ? name : path + "." + name;
                keys.add(key);
                gather(entry.value(), key, keys);
            });
        } else if (node instanceof YamlNode.Sequence sequence) {
            sequence.items().forEach(item -> gather(item, path + "[]", keys));
        }
    }
}
