package dev.penstock.broker.boot;

import static org.awaitility.Awaitility.await;

import dev.penstock.broker.config.ConfigLoader;
import dev.penstock.broker.config.NodeConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Three nodes in this process over a Postgres of their own, which can be taken away and given back. One thread. */
final class QueueCluster implements AutoCloseable {

    static final String SECRET = "abcdefghijklmnopqrstuvwxyz";
    private static final String ROLE = "penstock_sender";
    private static final String PASSWORD = "a-password";
    private static final int NODES = 3;

    private final Path directory;
    private final Path database;
    private final int postgresPort;
    private final List<Integer> http = new ArrayList<>();
    private final List<NodeConfig> configs = new ArrayList<>();
    private final Node[] nodes = new Node[NODES];
    private final List<SqsClient> clients = new ArrayList<>();
    private EmbeddedPostgres postgres;

    QueueCluster() throws Exception {
        directory = Files.createTempDirectory("penstock-queues-");
        database = directory.resolve("postgres");
        List<Integer> ports = freePorts(2 * NODES + 1);
        postgresPort = ports.remove(0);
        postgres = startServer();
        sql(
                "create role " + ROLE + " login replication password '" + PASSWORD + "'",
                "create table notes (id int primary key, note text)",
                "create publication penstock for table notes");
        for (int i = 0; i < NODES; i++) {
            http.add(ports.get(i));
        }
        for (int i = 0; i < NODES; i++) {
            Path home = Files.createDirectories(directory.resolve("n" + (i + 1)));
            Path file = Files.writeString(home.resolve("penstock.yaml"), yaml(i, ports));
            Path password = Files.writeString(home.resolve("source.password"), PASSWORD);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
            configs.add(ConfigLoader.load(file, Map.of()).config());
        }
        startNodes();
    }

    private EmbeddedPostgres startServer() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(postgresPort)
                .setDataDirectory(database)
                .setCleanDataDirectory(false)
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("wal_level", "logical")
                .setServerConfig("max_connections", "100")
                .start();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0);
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private String yaml(int node, List<Integer> ports) {
        StringBuilder peers = new StringBuilder();
        for (int i = 0; i < NODES; i++) {
            peers.append("  - { id: n%d, http: '127.0.0.1:%d', raft: '127.0.0.1:%d' }%n"
                    .formatted(i + 1, ports.get(i), ports.get(NODES + i)));
        }
        return """
                cluster:
                  id: c-queues
                  secret: { value: 'a-secret-of-the-cluster-of-this-test-alone' }
                node:
                  id: n%d
                  data_dir: data
                http:
                  bind: '127.0.0.1:%d'
                raft:
                  bind: '127.0.0.1:%d'
                peers:
                %ssource:
                  url: 'postgresql://%s@127.0.0.1:%d/postgres'
                  password: { file: source.password }
                  slot: penstock
                  publication: penstock
                keys:
                  - id: ADMIN
                    secret: { value: '%s' }
                    scopes: [admin]
                """.formatted(node + 1, ports.get(node), ports.get(NODES + node), peers, ROLE, postgresPort, SECRET);
    }

    private void startNodes() throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(NODES);
        List<Future<Node>> starts = new ArrayList<>();
        configs.forEach(config -> starts.add(starters.submit(() -> Node.open(config))));
        for (int i = 0; i < NODES; i++) {
            nodes[i] = starts.get(i).get(120, TimeUnit.SECONDS);
        }
        starters.shutdownNow();
    }

    /** A client of the node, 0 to 2. */
    SqsClient client(int node) {
        SqsClient client = SqsClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + http.get(node)))
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("ADMIN", SECRET)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        clients.add(client);
        return client;
    }

    URI uri(int node, String path) {
        return URI.create("http://127.0.0.1:" + http.get(node) + path);
    }

    String get(int node, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri(node, path))
                                .header("Authorization", "Bearer ADMIN." + SECRET)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Waits until one leads and reads the source. */
    int leader() {
        int[] found = {-1};
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    found[0] = streamingLeader();
                    return found[0] >= 0;
                });
        return found[0];
    }

    private int streamingLeader() throws InterruptedException {
        for (int i = 0; i < NODES; i++) {
            String report = nodes[i] == null ? "" : report(i);
            if (report.contains("\"state\":\"streaming\"")) {
                int at = report.indexOf("\"leader\":\"n");
                return report.charAt(at + "\"leader\":\"n".length()) - '1';
            }
        }
        return -1;
    }

    /** Empty if that one cannot tell. */
    private String report(int node) throws InterruptedException {
        try {
            return get(node, "/v1/cluster");
        } catch (IOException e) {
            return "";
        }
    }

    void stop(int node) {
        nodes[node].close();
        nodes[node] = null;
    }

    void start(int node) throws Exception {
        nodes[node] = Node.open(configs.get(node));
    }

    void stopPostgres() throws IOException {
        postgres.close();
    }

    void startPostgres() throws IOException {
        postgres = startServer();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + postgresPort + "/postgres", "postgres", "");
    }

    void sql(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void close() throws IOException {
        clients.forEach(SqsClient::close);
        for (Node node : nodes) {
            if (node != null) {
                node.close();
            }
        }
        postgres.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
