package dev.penstock.cluster.load;

import dev.penstock.cluster.check.Change;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Opens connections to one database, and finds out what became of a COMMIT without an answer. Thread-safe. */
final class Sessions {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Sessions.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** Longer than any restart of Postgres in a test; then the run is broken and says so. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String jdbcUrl;

    Sessions(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    Connection open() throws SQLException {
        return DriverManager.getConnection(jdbcUrl);
    }

    /**
     * Waits for Postgres to be back and the transaction to have ended, then looks at one of its rows. The transaction's
     * status alone does not tell: after a crash its id, if nothing of it had reached the disk, is given to another.
     *
     * @param last the transaction's last change, of a row that no other session touches
     */
    boolean wasCommitted(String xid, Change last) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try (Connection connection = open()) {
                if (!"in progress".equals(status(connection, xid))) {
                    return holds(connection, last);
                }
            } catch (SQLException e) {
                LOG.debug("cannot ask yet what became of transaction {}: {}", xid, e.getMessage());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new SQLException("Postgres did not say within " + PATIENCE.toSeconds() + " s what became of transaction "
                + xid + "; is it running?");
    }

    private static @Nullable String status(Connection connection, String xid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_xact_status(?::xid8)")) {
            statement.setString(1, xid);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        } catch (SQLException e) {
            if ("22023".equals(e.getSQLState())) {
                return null; // an id of the future: no transaction of the recovered server ever had it
            }
            throw e;
        }
    }

    private static boolean holds(Connection connection, Change last) throws SQLException {
        boolean delete = last.operation() == Change.Operation.DELETE;
        String sql = "select 1 from " + last.table() + " where id = ?" + (delete ? "" : " and tx = ? and i = ?");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, last.key());
            if (!delete) {
                statement.setLong(2, last.tx());
                statement.setInt(3, last.ordinal());
            }
            try (ResultSet result = statement.executeQuery()) {
                return result.next() != delete;
            }
        }
    }

    static void closeQuietly(@Nullable Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a broken connection did not close: {}", e.getMessage());
        }
    }
}
