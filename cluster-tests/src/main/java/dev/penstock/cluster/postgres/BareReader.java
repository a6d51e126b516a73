package dev.penstock.cluster.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** The fastest that anything on this driver can be: reads a slot, counts row changes, keeps nothing. */
public final class BareReader {
    /** Long enough not to burn the core that the walsender needs, short enough not to be seen in a rate. */
    private static final long IDLE_NANOS = 50_000;

    private BareReader() {}

    /** @param bytes of the messages read */
    public record Result(long rows, long bytes, long nanos) {
        public double rowsPerSecond() {
            return rows * 1e9 / nanos;
        }
    }

    /** Reads {@code rows} row changes; the time counts from the start of streaming. */
    public static Result drain(PostgresServer server, String slot, String publication, long rows) throws SQLException {
        Properties properties = new Properties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), properties);
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(slot)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("publication_names", publication)
                        .withSlotOption("messages", "true")
                        .withAutomaticFlush(false)
                        .start()) {
            return drain(stream, rows);
        }
    }

    private static Result drain(PGReplicationStream stream, long rows) throws SQLException {
        long begin = System.nanoTime();
        long seen = 0;
        long bytes = 0;
        while (seen < rows) {
            ByteBuffer message = stream.readPending();
            if (message == null) {
                LockSupport.parkNanos(IDLE_NANOS);
                continue;
            }
            bytes += message.remaining();
            switch (message.get(message.position())) {
                case 'I', 'U', 'D' -> seen++;
                default -> {
                    // Begin, relation, commit: not a row change.
                }
            }
        }
        return new Result(seen, bytes, System.nanoTime() - begin);
    }
}
