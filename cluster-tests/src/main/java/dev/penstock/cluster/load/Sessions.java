package dev.penstock.cluster.load;

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

    /** Waits until the transaction has ended, and for Postgres to be back. */
    boolean wasCommitted(@Nullable String xid) throws SQLException {
        if (xid == null) {
            return false;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try (Connection connection = open();
                    PreparedStatement statement = connection.prepareStatement("select pg_xact_status(?::xid8)")) {
                statement.setString(1, xid);
                try (ResultSet result = statement.executeQuery()) {
                    result.next();
                    String status = result.getString(1);
                    if (!"in progress".equals(status)) {
                        return "committed".equals(status);
                    }
                }
            } catch (SQLException e) {
                LOG.debug("cannot ask yet what became of transaction {}: {}", xid, e.getMessage());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new SQLException("Postgres did not say within " + PATIENCE.toSeconds() + " s what became of transaction "
                + xid + "; is it running?");
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
