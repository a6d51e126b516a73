package dev.penstock.cluster.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres of our own on 127.0.0.1, from binaries in a jar; also as root. Stopped or killed, it can be started again on the
 * same data. Confined to one thread, but for {@link #url} and its like.
 */
public final class EmbeddedServer implements PostgresServer {
    public static final String DATABASE = "shop";
    public static final String SUPERUSER = "postgres";
    private static final String HOST = "127.0.0.1";
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    private static final Duration DEATH_PATIENCE = Duration.ofSeconds(10);

    /** What the contract asks of the demo's Postgres, and what keeps it to itself. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("wal_level", "logical"),
            // The library sets this to off: committed rows would then reach a slot late.
            Map.entry("synchronous_commit", "on"),
            // The library starts the server with fsync off; a later option wins.
            Map.entry("fsync", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("max_replication_slots", "20"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_connections", "200"),
            Map.entry("max_prepared_transactions", "10"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("listen_addresses", HOST),
            // No socket file in a directory that others share.
            Map.entry("unix_socket_directories", ""));

    private final Path directory;
    private final Path binaries;
    private final int port;
    private final Map<String, String> settings;
    private @Nullable EmbeddedPostgres server;

    /**
     * @param directory of its data and log; kept when it stops
     * @param binaries where the binaries are unpacked, once for all runs
     * @param changes of its settings, for tests
     */
    public EmbeddedServer(Path directory, Path binaries, int port, Map<String, String> changes) {
        this.directory = directory;
        this.binaries = binaries;
        this.port = port;
        this.settings = new java.util.TreeMap<>(SETTINGS);
        this.settings.putAll(changes);
    }

    /** Starts it, on the data that it has if it has any. */
    public void start() throws IOException {
        Files.createDirectories(directory);
        Files.createDirectories(binaries);
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(dataDirectory())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setOverrideWorkingDirectory(binaries.toFile())
                .setPGStartupWait(START_PATIENCE)
                .setPort(port)
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log().toFile()));
        settings.forEach(builder::setServerConfig);
        try {
            server = builder.start();
        } catch (IOException | RuntimeException e) {
            throw new IOException("Postgres did not start (see " + log() + "): " + e.getMessage(), e);
        }
    }

    public Path dataDirectory() {
        return directory.resolve("data");
    }

    public Path log() {
        return directory.resolve("postgres.log");
    }

    public int port() {
        return port;
    }

    @Override
    public String url() {
        return "postgresql://" + SUPERUSER + "@" + HOST + ":" + port + "/" + DATABASE;
    }

    @Override
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /** For the superuser, to another database. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + database + "?user=" + SUPERUSER;
    }

    @Override
    public String urlFor(String role) {
        return "postgresql://" + role + "@" + HOST + ":" + port + "/" + DATABASE;
    }

    /** SIGKILL to the postmaster and all its children: what a crash of the machine's memory looks like. */
    public void kill() throws IOException, InterruptedException {
        Optional<ProcessHandle> postmaster = postmaster();
        if (postmaster.isEmpty()) {
            return;
        }
        List<ProcessHandle> family = new ArrayList<>();
        family.add(postmaster.get());
        try (Stream<ProcessHandle> children = postmaster.get().descendants()) {
            family.addAll(children.toList());
        }
        family.forEach(ProcessHandle::destroyForcibly);
        long deadline = System.nanoTime() + DEATH_PATIENCE.toNanos();
        while (family.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Postgres did not die of SIGKILL");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        release();
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path pidFile = dataDirectory().resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        return ProcessHandle.of(
                Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
    }

    @Override
    public void stop() throws IOException {
        release();
    }

    /** Ends the server if it runs, and frees the library's lock on the data directory. */
    private void release() throws IOException {
        EmbeddedPostgres running = server;
        server = null;
        if (running != null) {
            try {
                running.close();
            } catch (UncheckedIOException e) {
                throw new IOException("Postgres did not stop (see " + log() + ")", e);
            }
        }
    }
}
