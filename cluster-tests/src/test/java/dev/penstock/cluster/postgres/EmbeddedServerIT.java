package dev.penstock.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.HistoryChecker;
import dev.penstock.cluster.load.Ledger;
import dev.penstock.cluster.load.Tables;
import dev.penstock.cluster.load.Workload;
import dev.penstock.cluster.process.FreePorts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded Postgres as the contract wants it, and the workload on it, compared with a slot of Postgres' own. */
class EmbeddedServerIT {
    private static final DemoDatabase.Names NAMES = new DemoDatabase.Names("penstock", "penstock", "penstock");
    private static final List<String> TABLES =
            Arrays.stream(Tables.values()).map(Tables::table).toList();

    @TempDir
    Path directory;

    private EmbeddedServer server;

    @BeforeEach
    void start() throws Exception {
        server = new EmbeddedServer(directory, Path.of("target/penstock/postgres"), FreePorts.one(), Map.of());
        server.start();
        DemoDatabase.createDatabase(server);
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void shouldHaveTheSettingsOfTheContract() throws Exception {
        assertThat(setting("wal_level")).isEqualTo("logical");
        assertThat(setting("synchronous_commit")).isEqualTo("on");
        assertThat(setting("fsync")).isEqualTo("on");
        assertThat(Integer.parseInt(setting("max_replication_slots"))).isGreaterThanOrEqualTo(20);
        assertThat(Integer.parseInt(setting("max_wal_senders"))).isGreaterThanOrEqualTo(20);
        assertThat(Integer.parseInt(setting("max_connections"))).isGreaterThanOrEqualTo(100);
        assertThat(Integer.parseInt(setting("max_prepared_transactions"))).isGreaterThanOrEqualTo(10);
        assertThat(setting("server_version")).startsWith("18.");
    }

    @Test
    void shouldPrepareTheDatabaseTwiceAndTakeItBack() throws Exception {
        DemoDatabase database = new DemoDatabase(server, NAMES);

        assertThat(database.prepare("one", TABLES, Tables.createStatements())).isEqualTo(TABLES);
        assertThat(database.prepare("two", TABLES, Tables.createStatements())).isEmpty();

        assertThat(query("select string_agg(tablename, ',' order by tablename) from pg_publication_tables"))
                .isEqualTo("customers,order_items,orders");
        assertThat(query("select puballtables from pg_publication")).isEqualTo("f");
        assertThat(query("select rolreplication and rolcanlogin and not rolsuper from pg_roles"
                        + " where rolname = 'penstock'"))
                .isEqualTo("t");

        database.remove(TABLES, List.of(Tables.BLOCK_SEQUENCE));
        assertThat(query("select count(*) from pg_publication")).isEqualTo("0");
        assertThat(query("select count(*) from pg_roles where rolname = 'penstock'"))
                .isEqualTo("0");
        assertThat(query("select count(*) from pg_tables where schemaname = 'public'"))
                .isEqualTo("0");
    }

    @Test
    void shouldRefuseATableThatIsNotTheDemos() throws Exception {
        execute("create table orders (id int primary key)");

        assertThatThrownBy(() -> new DemoDatabase(server, NAMES).prepare("one", TABLES, Tables.createStatements()))
                .isInstanceOf(DemoDatabase.UnusableException.class)
                .hasMessageContaining("orders")
                .hasMessageContaining("--postgres-url");
        assertThat(query("select count(*) from pg_publication")).isEqualTo("0");
    }

    @Test
    void shouldRefuseAWalLevelThatCannotBeStreamed() throws Exception {
        server.stop();
        server = new EmbeddedServer(
                directory, Path.of("target/penstock/postgres"), server.port(), Map.of("wal_level", "replica"));
        server.start();

        assertThatThrownBy(() -> new DemoDatabase(server, NAMES).prepare("one", TABLES, Tables.createStatements()))
                .isInstanceOf(DemoDatabase.UnusableException.class)
                .hasMessageContaining("alter system set wal_level");
    }

    /** What the workload says it committed must be what Postgres decodes, also over a crash of Postgres under load. */
    @Test
    void shouldKnowWhatWasCommittedOverACrash() throws Exception {
        new DemoDatabase(server, NAMES).prepare("one", TABLES, Tables.createStatements());
        execute("select pg_create_logical_replication_slot('oracle', 'test_decoding')");
        Ledger ledger = new Ledger(true);
        try (Workload workload = new Workload(server.jdbcUrl(), ledger, 5_000, 42)) {
            workload.start();
            Awaitility.await().until(() -> ledger.committedChanges() > 2_000);
            server.kill();
            server.start();
            long before = ledger.committedChanges();
            Awaitility.await().until(() -> ledger.committedChanges() > before + 2_000);
            workload.stop(Duration.ofSeconds(10));
        }

        List<String> decoded = decoded();
        Set<String> expected = new HashSet<>();
        ledger.transactions().forEach(t -> t.changes().forEach(change -> expected.add(name(change))));
        assertThat(decoded).doesNotHaveDuplicates();
        assertThat(new HashSet<>(decoded)).isEqualTo(expected);
        assertThat(HistoryChecker.countChanges(ledger.transactions())).isEqualTo(ledger.committedChanges());
    }

    private static String name(Change change) {
        return change.table() + " " + change.operation() + " " + change.key() + " " + change.writer() + " "
                + change.tx() + " " + change.ordinal();
    }

    /** Each decoded row change, in the form of {@link #name}. */
    private List<String> decoded() throws SQLException {
        List<String> changes = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "select data from pg_logical_slot_get_changes('oracle', null, null) where data like 'table %'")) {
            while (result.next()) {
                String line = result.getString(1);
                String table = line.substring("table public.".length(), line.indexOf(": "));
                int from = line.indexOf(": ") + 2;
                String operation = line.substring(from, line.indexOf(": ", from));
                boolean delete = operation.equals("DELETE");
                changes.add(table + " " + operation + " " + column(line, "id") + " "
                        + (delete ? "0" : column(line, "writer")) + " "
                        + (delete ? "0" : column(line, "tx")) + " "
                        + (delete ? "0" : column(line, "i")));
            }
        }
        return changes;
    }

    private static String column(String line, String name) {
        int at = line.indexOf(" " + name + "[");
        int from = line.indexOf("]:", at) + 2;
        int to = line.indexOf(' ', from);
        return line.substring(from, to < 0 ? line.length() : to);
    }

    private String setting(String name) throws SQLException {
        return query("show " + name);
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
