package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Opens the two kinds of connection to a source, with everything pinned that changes what they say. */
final class PgConnections {

    /** Longest wait for a TCP connection, and for a login. */
    private static final int CONNECT_SECONDS = 10;

    /** A catalog question that takes longer has lost its server. */
    private static final int ADMIN_SOCKET_SECONDS = 15;

    /** Longest wait for a connection that is to emit messages, and for the commit of these. */
    private static final int EMIT_CONNECT_SECONDS = 3;

    private static final int EMIT_SOCKET_SECONDS = 4;

    /**
     * What decides how values are rendered, so that every node writes the same bytes for one change. By SET after
     * connecting, because the driver's own TimeZone (that of the JVM) beats start-up options.
     */
    private static final String PIN_RENDERING =
            "SET TimeZone='UTC'; SET DateStyle='ISO, MDY'; SET IntervalStyle='postgres';"
                    + " SET bytea_output='hex'; SET extra_float_digits=3; SET lc_monetary='C'; SET xmlbinary='base64';"
                    + " SET search_path=''";

    private static final String NO_TIME_LIMITS = "SET statement_timeout=0; SET lock_timeout=0;"
            + " SET idle_in_transaction_session_timeout=0; SET idle_session_timeout=0";

    private PgConnections() {}

    static Connection admin(PgSettings settings) throws SourceFault {
        Properties properties = properties(settings);
        PGProperty.SOCKET_TIMEOUT.set(properties, ADMIN_SOCKET_SECONDS);
        return open(
                settings,
                properties,
                "connecting",
                "SET statement_timeout='10s'; SET idle_session_timeout=0; SET search_path=''");
    }

    /** For messages to be emitted: a request waits, so that everything has to end within seconds. */
    static Connection emitting(PgSettings settings) throws SourceFault {
        Properties properties = properties(settings);
        PGProperty.CONNECT_TIMEOUT.set(properties, EMIT_CONNECT_SECONDS);
        PGProperty.LOGIN_TIMEOUT.set(properties, EMIT_CONNECT_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, EMIT_SOCKET_SECONDS);
        PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        return open(
                settings,
                properties,
                "connecting",
                "SET statement_timeout='3s'; SET idle_session_timeout=0; SET search_path='';"
                        // What is answered as sent must survive a crash of the server.
                        + " SELECT set_config('synchronous_commit', 'on', false)"
                        + " WHERE current_setting('synchronous_commit') = 'off'");
    }

    static Connection replication(PgSettings settings) throws SourceFault {
        Properties properties = properties(settings);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        // Below 9.4 the driver would leave "replication" out of the start-up message.
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        return open(
                settings,
                properties,
                "opening a replication connection",
                PIN_RENDERING + "; " + NO_TIME_LIMITS + "; SET wal_sender_timeout='" + settings.walSenderTimeoutMillis()
                        + "ms'");
    }

    private static Connection open(PgSettings settings, Properties properties, String doing, String setUp)
            throws SourceFault {
        Connection connection = null;
        try {
            connection = new Driver().connect(settings.jdbcUrl(), properties);
            if (connection == null) {
                throw new SourceFault.Retry(
                        "unreachable",
                        "expected a URL such as jdbc:postgresql://host:5432/database, but got " + settings.jdbcUrl());
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute(setUp);
            }
            return connection;
        } catch (SQLException e) {
            if (connection != null) {
                abort(connection);
            }
            throw SqlFaults.of(e, settings, doing);
        }
    }

    /** From any thread: closes the socket without a word to the server. */
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // The driver throws only for a missing permission of a security manager; the socket's end is noticed
            // anyway.
            org.slf4j.LoggerFactory.getLogger(PgConnections.class).debug("a connection could not be aborted", e);
        }
    }

    private static Properties properties(PgSettings settings) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, settings.user());
        PGProperty.PASSWORD.set(properties, settings.password().get());
        PGProperty.APPLICATION_NAME.set(properties, settings.applicationName());
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.LOGIN_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.SOCKET_TIMEOUT.set(properties, 0);
        return properties;
    }
}
