package dev.penstock.replicator.flow;

import static org.awaitility.Awaitility.await;

import dev.penstock.storage.model.ChangeEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fresh database on a running Postgres, and a source on it whose replicator runs as a least-privilege role. Everything
 * it made is removed by {@link #close()}.
 */
final class SourceHarness implements AutoCloseable {

    static final String ROLE = "penstock_reader";
    static final String PASSWORD = "reader-secret";

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final EmbeddedPostgres postgres;
    private final Connection connection;
    final String database;
    final String slot;
    final FakeSourceLog log;
    private final List<Replicator> replicators = new ArrayList<>();

    SourceHarness(EmbeddedPostgres postgres) throws SQLException {
        this(postgres, FakeSourceLog.DIRECT);
    }

    SourceHarness(EmbeddedPostgres postgres, FakeSourceLog.Transport transport) throws SQLException {
        int number = NUMBERS.incrementAndGet();
        this.postgres = postgres;
        this.database = "source_" + number;
        this.slot = "penstock_" + number;
        this.log = new FakeSourceLog("main", transport);
        try (Connection admin = connect("postgres");
                Statement statement = admin.createStatement()) {
            statement.execute("create database " + database);
            statement.execute("do $$ begin if not exists (select from pg_roles where rolname = '" + ROLE
                    + "') then create role " + ROLE + " login replication password '" + PASSWORD
                    + "'; end if; end $$");
        }
        this.connection = connect(database);
        sql("create schema x", "alter database " + database + " set search_path to x", "set search_path to x");
    }

    Connection connect(String to) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + to, "postgres", "");
    }

    Connection connect() throws SQLException {
        return connect(database);
    }

    void sql(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    SourceConfig config(String... tables) {
        return config(SourceConfig.Limits.defaults(), tables);
    }

    SourceConfig config(SourceConfig.Limits limits, String... tables) {
        return new SourceConfig(
                "main",
                "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + database,
                ROLE,
                () -> PASSWORD,
                slot,
                "penstock",
                List.of(tables),
                "c1u5ter-of-tests",
                "n1",
                limits);
    }

    /** Publishes these tables and runs a replicator until it streams. */
    Replicator stream(String... tables) throws SQLException {
        sql("create publication penstock for table " + String.join(", ", tables));
        return start(config(), log, 1);
    }

    Replicator start(SourceConfig config, SourceLog into, long term) {
        Replicator replicator = launch(config, into, term);
        awaitState(replicator, SourceStatus.State.STREAMING);
        return replicator;
    }

    Replicator launch(SourceConfig config, SourceLog into, long term) {
        Replicator replicator = new Replicator(config, into, term);
        replicators.add(replicator);
        replicator.start();
        return replicator;
    }

    static void awaitState(Replicator replicator, SourceStatus.State state) {
        await().alias("state " + state)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> replicator.status().state() == state);
    }

    static SourceStatus awaitCode(Replicator replicator, String code) {
        await().alias("code " + code)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> replicator.status().code().equals(code));
        return replicator.status();
    }

    /** Waits until the log holds this many events. */
    List<ChangeEvent> events(int count) {
        await().alias(count + " events")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> log.eventCount() >= count);
        return log.events();
    }

    List<String> lines(int count) {
        return EventText.lines(events(count));
    }

    /** Waits until nobody reads the slot. */
    void awaitInactive() {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> ask("select active from pg_replication_slots where slot_name = '" + slot + "'")
                        .equals("f"));
    }

    String confirmed() throws SQLException {
        return ask("select confirmed_flush_lsn from pg_replication_slots where slot_name = '" + slot + "'");
    }

    @Override
    public void close() throws SQLException {
        replicators.forEach(Replicator::close);
        connection.close();
        dropSlot(slot);
        try (Connection admin = connect("postgres");
                Statement statement = admin.createStatement()) {
            statement.execute("drop database if exists " + database + " with (force)");
        }
    }

    void dropSlot(String name) {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> tryDrop(name));
    }

    private boolean tryDrop(String name) throws SQLException {
        try (Connection admin = connect("postgres");
                Statement statement = admin.createStatement()) {
            statement.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '"
                    + name + "'");
            return true;
        }
    }
}
