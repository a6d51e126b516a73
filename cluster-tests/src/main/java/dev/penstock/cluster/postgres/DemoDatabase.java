package dev.penstock.cluster.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the demo has in its database: tables, publication, and the role of the nodes, which may do no more than it must.
 * Thread-safe: each call opens a connection of its own.
 */
public final class DemoDatabase {
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(5);

    private final PostgresServer server;
    private final Names names;

    /** Bare names of what is made in the database. */
    public record Names(String role, String publication, String slot) {}

    /** The database cannot be used; the message says why and what to do. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    public DemoDatabase(PostgresServer server, Names names) {
        this.server = server;
        this.names = names;
    }

    /** Makes the embedded server's database if it is not there. */
    public static void createDatabase(EmbeddedServer server) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "select 1 from pg_database where datname = ?", EmbeddedServer.DATABASE)) {
                statement.execute("create database " + EmbeddedServer.DATABASE);
            }
        }
    }

    /**
     * Makes what is missing, and a new password for the role. Returns the tables that it made.
     *
     * @param tables published
     * @param createStatements make them; harmless where they exist
     */
    public List<String> prepare(String password, List<String> tables, List<String> createStatements)
            throws SQLException, UnusableException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            checkServer(connection);
            List<String> missing = missing(connection, tables);
            checkTables(connection, tables, missing);
            try (Statement statement = connection.createStatement()) {
                for (String sql : createStatements) {
                    statement.execute(sql);
                }
                prepareRole(connection, statement, password);
                if (!exists(connection, "select 1 from pg_publication where pubname = ?", names.publication())) {
                    statement.execute(
                            "create publication " + names.publication() + " for table " + String.join(", ", tables));
                }
            }
            return missing;
        }
    }

    private static void checkServer(Connection connection) throws SQLException, UnusableException {
        String walLevel = text(connection, "show wal_level");
        if (!"logical".equals(walLevel)) {
            throw new UnusableException("wal_level of this Postgres is " + walLevel + " and must be logical: run"
                    + " \"alter system set wal_level = logical\" and restart it");
        }
        if (!"t".equals(text(connection, "select usesuper from pg_user where usename = current_user"))) {
            throw new UnusableException("the user of the Postgres URL must be a superuser: the demo makes a publication"
                    + " and a role of its own");
        }
        long freeSlots = Long.parseLong(text(
                connection,
                "select current_setting('max_replication_slots')::int - count(*) from pg_replication_slots"));
        if (freeSlots < 1) {
            throw new UnusableException("no replication slot is free: drop one that is not used (see"
                    + " pg_replication_slots) or raise max_replication_slots");
        }
    }

    private static List<String> missing(Connection connection, List<String> tables) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (String table : tables) {
            if (!exists(connection, "select 1 where to_regclass(?) is not null", table)) {
                missing.add(table);
            }
        }
        return missing;
    }

    private static void checkTables(Connection connection, List<String> tables, List<String> missing)
            throws SQLException, UnusableException {
        for (String table : tables) {
            String sql = "select 1 from pg_attribute where attrelid = to_regclass(?) and attname = 'writer'";
            if (!missing.contains(table) && !exists(connection, sql, table)) {
                throw new UnusableException("this database has a table " + table
                        + " that is not the demo's: name another database in --postgres-url");
            }
        }
    }

    private void prepareRole(Connection connection, Statement statement, String password) throws SQLException {
        String role = names.role();
        String verb = exists(connection, "select 1 from pg_roles where rolname = ?", role) ? "alter" : "create";
        statement.execute(
                verb + " role " + role + " with login replication password '" + password.replace("'", "''") + "'");
        String database = connection.getCatalog().replace("\"", "\"\"");
        statement.execute("grant connect on database \"" + database + "\" to " + role);
        statement.execute("grant usage on schema public to " + role);
        statement.execute("grant select on all tables in schema public to " + role);
        statement.execute("alter default privileges in schema public grant select on tables to " + role);
    }

    /** Takes away what {@link #prepare} and the nodes made; the nodes must have ended. */
    public void remove(List<String> tables, List<String> sequences) throws SQLException, InterruptedException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            dropSlot(connection);
            statement.execute("drop publication if exists " + names.publication());
            for (String table : tables) {
                statement.execute("drop table if exists " + table + " cascade");
            }
            for (String sequence : sequences) {
                statement.execute("drop sequence if exists " + sequence);
            }
            if (exists(connection, "select 1 from pg_roles where rolname = ?", names.role())) {
                statement.execute("drop owned by " + names.role());
                statement.execute("drop role " + names.role());
            }
        }
    }

    /** A walsender may outlive its node by a moment. */
    private void dropSlot(Connection connection) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + SLOT_PATIENCE.toNanos();
        String pattern = "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ?"
                + " and not active";
        while (exists(connection, "select 1 from pg_replication_slots where slot_name = ?", names.slot())) {
            exists(connection, pattern, names.slot());
            if (System.nanoTime() > deadline) {
                throw new SQLException("replication slot " + names.slot() + " is still in use: drop it by hand with"
                        + " select pg_drop_replication_slot('" + names.slot() + "')");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** WAL that the slot holds back, bytes; -1 if it cannot be told. */
    public static long retainedWalBytes(Connection connection, String slot) throws SQLException {
        String sql = "select coalesce(pg_current_wal_lsn() - confirmed_flush_lsn, -1) from pg_replication_slots"
                + " where slot_name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, slot);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? result.getLong(1) : -1;
            }
        }
    }

    private static boolean exists(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet result = statement.executeQuery()) {
                return result.next();
            }
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
