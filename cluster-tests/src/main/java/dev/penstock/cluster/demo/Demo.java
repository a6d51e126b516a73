package dev.penstock.cluster.demo;

import dev.penstock.client.ClientContext;
import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.ClientBrokerApi;
import dev.penstock.cluster.load.Tables;
import dev.penstock.cluster.postgres.BinariesPlace;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.EmbeddedServer;
import dev.penstock.cluster.postgres.GivenServer;
import dev.penstock.cluster.postgres.PostgresServer;
import dev.penstock.cluster.process.BrokerProgram;
import dev.penstock.cluster.process.ClusterPlan;
import dev.penstock.cluster.process.LocalCluster;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.process.Ports;
import dev.penstock.cluster.process.Watchdog;
import dev.penstock.cluster.rig.Readiness;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Postgres, three nodes, their files: everything that a demo starts, and the undoing of it in reverse order. Confined to
 * the thread that runs the demo.
 */
final class Demo implements AutoCloseable {
    static final String STREAM = "main";
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Demo.class);
    private static final Duration READY_PATIENCE = Duration.ofSeconds(90);

    private final DemoOptions options;
    private final Screen screen;
    private final Deque<Step> undo = new ArrayDeque<>();
    private final List<BrokerApi> nodes = new ArrayList<>();
    private Path directory = Path.of(".");
    private Optional<Parts> parts = Optional.empty();

    /** What runs once all is started. */
    record Parts(PostgresServer postgres, DemoState state, LocalCluster cluster, ContextFile context) {}

    /** One thing to put away. */
    private interface Step {
        void run() throws IOException, SQLException, InterruptedException;
    }

    /** The demo cannot go on; the message says why and what to do. */
    static final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;

        StoppedException(String message) {
            super(message);
        }
    }

    Demo(DemoOptions options, Screen screen) {
        this.options = options;
        this.screen = screen;
    }

    Parts parts() {
        return parts.orElseThrow(() -> new IllegalStateException("the demo is not started"));
    }

    /** One for each node, in the order of the nodes. */
    List<BrokerApi> nodes() {
        return List.copyOf(nodes);
    }

    Path directory() {
        return directory;
    }

    /** Starts everything; returns when all nodes are ready. */
    void start() throws IOException, SQLException, InterruptedException, StoppedException {
        List<String> program = BrokerProgram.command();
        checkPorts();
        Watchdog watchdog = Watchdog.start();
        undo.push(watchdog::close);
        directory = openDirectory(watchdog);
        DemoState state = DemoState.openOrCreate(
                directory, options.httpPort(), options.postgresUrl().isEmpty());
        if (state.httpPort() != options.httpPort()) {
            throw new StoppedException("the cluster in " + directory + " has its HTTP ports from " + state.httpPort()
                    + " on: add --http-port " + state.httpPort() + ", or name another --data-dir");
        }
        PostgresServer postgres = startPostgres(watchdog);
        String password = DemoState.random(24);
        prepareDatabase(postgres, state, password);
        LocalCluster cluster = startNodes(program, watchdog, postgres, state, password);
        ContextFile context = writeContext(watchdog, state);
        parts = Optional.of(new Parts(postgres, state, cluster, context));
    }

    private void checkPorts() throws StoppedException {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ports.add(options.httpPort() + i);
            ports.add(options.httpPort() + ClusterPlan.RAFT_PORT_DISTANCE + i);
        }
        if (options.postgresUrl().isEmpty()) {
            ports.add(options.postgresPort());
        }
        List<Integer> taken = Ports.taken(ports);
        if (!taken.isEmpty()) {
            throw new StoppedException("port " + taken.get(0) + " on 127.0.0.1 is taken (needed: " + ports
                    + "): end what listens there, or choose others with --http-port and --pg-port");
        }
    }

    private Path openDirectory(Watchdog watchdog) throws IOException, StoppedException {
        if (options.dataDir().isEmpty()) {
            Path scratch = Files.createTempDirectory("penstock-demo-");
            watchdog.watchScratch(scratch);
            undo.push(() -> deleteTree(scratch));
            return scratch;
        }
        Path kept = options.dataDir().get().toAbsolutePath().normalize();
        try {
            Files.createDirectories(kept);
            lock(kept);
        } catch (IOException e) {
            throw new StoppedException("the data directory " + kept + " cannot be written ("
                    + e.getClass().getSimpleName() + "): name another --data-dir");
        }
        return kept;
    }

    private void lock(Path kept) throws IOException, StoppedException {
        FileChannel channel =
                FileChannel.open(kept.resolve("demo.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        undo.push(channel::close);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            throw new StoppedException("another demo runs on " + kept + ": end it, or name another --data-dir");
        }
    }

    private PostgresServer startPostgres(Watchdog watchdog) throws IOException, SQLException {
        if (options.postgresUrl().isPresent()) {
            screen.step("using the given Postgres");
            return new GivenServer(options.postgresUrl().get());
        }
        screen.step("starting Postgres on port " + options.postgresPort());
        Path home = directory.resolve("postgres");
        EmbeddedServer server = new EmbeddedServer(home, binaries(), options.postgresPort(), Map.of());
        watchdog.watchPostgres(server.dataDirectory());
        undo.push(server::stop);
        server.start();
        DemoDatabase.createDatabase(server);
        return server;
    }

    /** Unpacked once for all demos of this user, where there is a place for it. */
    private Path binaries() {
        Path cache = BinariesPlace.usual(System.getenv(), System.getProperty("user.home", ""));
        try {
            Files.createDirectories(cache);
            if (Files.isWritable(cache)) {
                return cache;
            }
        } catch (IOException e) {
            LOG.debug("no cache at {}: {}", cache, e.getMessage());
        }
        return directory.resolve("postgres-binaries");
    }

    private void prepareDatabase(PostgresServer postgres, DemoState state, String password)
            throws SQLException, StoppedException {
        screen.step("preparing tables and publication");
        List<String> tables = Arrays.stream(Tables.values()).map(Tables::table).toList();
        DemoDatabase database = new DemoDatabase(postgres, state.names());
        try {
            List<String> made = database.prepare(password, tables, Tables.createStatements());
            if (postgres instanceof GivenServer && options.dataDir().isEmpty()) {
                List<String> sequences = made.isEmpty() ? List.of() : List.of(Tables.BLOCK_SEQUENCE);
                undo.push(() -> database.remove(made, sequences));
            }
        } catch (DemoDatabase.UnusableException e) {
            throw new StoppedException(e.getMessage() == null ? "the database cannot be used" : e.getMessage());
        } catch (SQLException e) {
            if (postgres instanceof GivenServer) {
                throw new StoppedException("the Postgres of --postgres-url cannot be used: " + e.getMessage());
            }
            throw e;
        }
    }

    private LocalCluster startNodes(
            List<String> program, Watchdog watchdog, PostgresServer postgres, DemoState state, String password)
            throws IOException, InterruptedException {
        screen.step("starting three nodes");
        List<NodeSpec> specs = ClusterPlan.threeNodes(directory, options.httpPort(), program);
        DemoDatabase.Names names = state.names();
        ClusterPlan.Source source = new ClusterPlan.Source(
                STREAM, postgres.urlFor(names.role()), password, names.slot(), names.publication());
        new ClusterPlan(
                        state.clusterId(),
                        state.clusterSecret(),
                        state.masterKey(),
                        source,
                        state.key(),
                        specs,
                        List.of())
                .write();
        for (NodeSpec spec : specs) {
            nodes.add(new ClientBrokerApi(spec.http(), state.key().token()));
        }
        Readiness readiness = new Readiness(specs, nodes);
        Optional<InfoFile> info = options.infoFile()
                .map(file -> new InfoFile(file, postgres.url(), STREAM, names.publication(), state.key()));
        List<LocalCluster> self = new ArrayList<>();
        LocalCluster cluster = new LocalCluster(
                specs, watchdog, readiness::isReady, options.restarts(), () -> writeInfo(info, self.get(0)));
        self.add(cluster);
        undo.push(cluster::close);
        cluster.startAll();
        cluster.awaitReady(READY_PATIENCE);
        readiness.awaitSource(READY_PATIENCE);
        if (info.isPresent()) {
            watchdog.watchFile(info.get().file().toAbsolutePath());
            undo.push(() -> Files.deleteIfExists(info.get().file()));
            info.get().write(cluster);
        }
        return cluster;
    }

    private static void writeInfo(Optional<InfoFile> info, LocalCluster cluster) {
        if (info.isEmpty()) {
            return;
        }
        try {
            info.get().write(cluster);
        } catch (IOException e) {
            LOG.error(
                    "the info file {} could not be written again: {}",
                    info.get().file(),
                    e.getMessage());
        }
    }

    private ContextFile writeContext(Watchdog watchdog, DemoState state) throws IOException {
        Path place = ClientContext.usualPlace(System.getenv(), System.getProperty("user.home", ""));
        String urls = String.join(",", nodes.stream().map(BrokerApi::url).toList());
        ContextFile context = new ContextFile(place, urls, state.key().token());
        try {
            context.write();
            watchdog.watchFile(place);
            undo.push(context::remove);
        } catch (IOException e) {
            screen.text("note: the client commands will need --url and --token, for " + place + " cannot be written ("
                    + e.getClass().getSimpleName() + ")");
        }
        return context;
    }

    /** Puts everything away, last things first; goes on if one fails. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (IOException | SQLException | RuntimeException e) {
                screen.text("while ending: " + e.getMessage());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = new ArrayList<>(walk.toList());
        }
        paths.sort(java.util.Comparator.reverseOrder());
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
