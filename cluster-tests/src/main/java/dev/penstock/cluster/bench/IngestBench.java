package dev.penstock.cluster.bench;

import dev.penstock.cluster.api.Json;
import dev.penstock.cluster.postgres.BareReader;
import dev.penstock.cluster.postgres.BinariesPlace;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.EmbeddedServer;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.process.Watchdog;
import dev.penstock.cluster.rig.ClusterRig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How fast a backlog gets from a slot into the three-node log, beside how fast a bare reader drains an equal slot to
 * nowhere. Both read the same WAL, one after the other, from the start of streaming on. Confined to one thread.
 */
public final class IngestBench {
    private static final int EXIT_OK = 0;
    private static final int EXIT_CHECK_FAILED = 8;
    private static final String READER_SLOT = "bench_reader";
    private static final Duration STREAMING_PATIENCE = Duration.ofSeconds(60);
    private static final Duration DRAIN_PATIENCE = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Options options;
    private final PrintStream data;
    private final PrintStream talk;
    private final long startNanos = System.nanoTime();

    /** @param json one object on stdout, all else on stderr */
    public record Options(long rows, int rowsPerTransaction, int httpPort, int postgresPort, boolean json) {}

    public IngestBench(Options options, PrintStream data, PrintStream talk) {
        this.options = options;
        this.data = data;
        this.talk = talk;
    }

    /** Returns the exit code. */
    public int run() throws IOException, SQLException, InterruptedException, DemoDatabase.UnusableException {
        Path scratch = Files.createTempDirectory("penstock-bench-");
        try (Watchdog watchdog = Watchdog.start()) {
            watchdog.watchScratch(scratch);
            EmbeddedServer postgres = new EmbeddedServer(
                    scratch.resolve("postgres"),
                    BinariesPlace.usual(System.getenv(), System.getProperty("user.home", "")),
                    options.postgresPort(),
                    Map.of());
            watchdog.watchPostgres(postgres.dataDirectory());
            step("starting Postgres");
            postgres.start();
            try (ClusterRig rig = rig(scratch, postgres, watchdog)) {
                return measure(rig, postgres);
            } finally {
                postgres.stop();
            }
        } finally {
            delete(scratch);
        }
    }

    private ClusterRig rig(Path scratch, EmbeddedServer postgres, Watchdog watchdog)
            throws IOException, SQLException, DemoDatabase.UnusableException {
        DemoDatabase.createDatabase(postgres);
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ports.add(options.httpPort() + i);
            ports.add(options.httpPort() + 100 + i);
        }
        DemoDatabase.Names names = new DemoDatabase.Names("penstock", "penstock", "penstock");
        ClusterRig.Settings settings = new ClusterRig.Settings(
                scratch, postgres, names, ports, List.of(Backlog.TABLE), Backlog.CREATE, List.of(), false);
        return ClusterRig.prepare(settings, watchdog);
    }

    private int measure(ClusterRig rig, EmbeddedServer postgres)
            throws IOException, SQLException, InterruptedException {
        step("starting three nodes, which make their slot");
        rig.start();
        long from = rig.logEnd();
        rig.cluster().stopAll();
        execute(postgres, "select pg_create_logical_replication_slot('" + READER_SLOT + "', 'pgoutput')");
        step("writing " + options.rows() + " rows, " + options.rowsPerTransaction() + " in a transaction");
        Backlog.write(postgres.jdbcUrl(), options.rows(), options.rowsPerTransaction());

        step("a bare reader drains its slot");
        BareReader.Result reader =
                BareReader.drain(postgres, READER_SLOT, rig.names().publication(), options.rows());
        execute(postgres, "select pg_drop_replication_slot('" + READER_SLOT + "')");
        step(String.format(Locale.ROOT, "bare reader: %.0f events/s", reader.rowsPerSecond()));

        step("the nodes drain theirs");
        rig.cluster().startAll();
        awaitStreaming(postgres, rig.names().slot());
        long begin = System.nanoTime();
        rig.awaitLogEnd(from + options.rows(), DRAIN_PATIENCE);
        long nanos = System.nanoTime() - begin;
        List<ResidentMemory> memory = new ArrayList<>();
        for (NodeSpec spec : rig.cluster().specs()) {
            ManagedProcess process = rig.process(spec.id());
            memory.add(ResidentMemory.of(process.pid()));
        }
        rig.awaitReady();
        long end = rig.logEnd();
        return report(reader, nanos, memory, end - from);
    }

    private static void awaitStreaming(EmbeddedServer postgres, String slot) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + STREAMING_PATIENCE.toNanos();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                PreparedStatement statement = connection.prepareStatement(
                        "select 1 from pg_replication_slots where slot_name = ? and active")) {
            statement.setString(1, slot);
            while (true) {
                try (ResultSet result = statement.executeQuery()) {
                    if (result.next()) {
                        return;
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the nodes do not stream from slot " + slot + " after "
                            + STREAMING_PATIENCE.toSeconds() + " s");
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
        }
    }

    private int report(BareReader.Result reader, long nanos, List<ResidentMemory> memory, long events) {
        double rate = options.rows() * 1e9 / nanos;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("bench", "ingest");
        result.put("rows", options.rows());
        result.put("rows_per_transaction", options.rowsPerTransaction());
        result.put("events_per_s", Math.round(rate));
        result.put("reader_events_per_s", Math.round(reader.rowsPerSecond()));
        result.put("ratio", Math.round(rate / reader.rowsPerSecond() * 1000) / 1000.0);
        result.put("seconds", Math.round(nanos / 1e6) / 1000.0);
        result.put("reader_seconds", Math.round(reader.nanos() / 1e6) / 1000.0);
        result.put("wire_bytes_per_row", reader.bytes() / reader.rows());
        result.put("node_rss_mib", memory.stream().map(m -> m.nowBytes() >> 20).toList());
        result.put(
                "node_peak_rss_mib",
                memory.stream().map(m -> m.peakBytes() >> 20).toList());
        result.put("log_events", events);
        result.put("cores", Runtime.getRuntime().availableProcessors());
        result.put("java", System.getProperty("java.version"));
        data.println(Json.line(result));
        data.flush();
        if (events != options.rows()) {
            step("the log holds " + events + " events of " + options.rows() + " rows");
            return EXIT_CHECK_FAILED;
        }
        return EXIT_OK;
    }

    private static void execute(EmbeddedServer postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void step(String text) {
        talk.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - startNanos) / 1e9, text);
        talk.flush();
    }

    private static void delete(Path directory) throws IOException {
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
