package dev.penstock.replicator.postgres;

import dev.penstock.replicator.emit.Emission;
import dev.penstock.replicator.emit.EmitFault;
import dev.penstock.replicator.emit.EmitServer;
import dev.penstock.replicator.feed.SourceFault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Emits by {@code pg_logical_emit_message}, which any role may call. Thread-safe. */
public final class PgEmitServer implements EmitServer {

    private static final String EMIT = "pg_logical_emit_message(true, ?, ?)";
    private static final int ALIVE_SECONDS = 1;

    private final PgSettings settings;

    /** @param settings slot and publication are not used */
    public PgEmitServer(PgSettings settings) {
        this.settings = settings;
    }

    @Override
    public Session connect() throws EmitFault {
        try {
            return new PgSession(PgConnections.emitting(settings), settings);
        } catch (SourceFault e) {
            throw new EmitFault(String.valueOf(e.getMessage()), false, e);
        }
    }

    private record PgSession(Connection connection, PgSettings settings) implements Session {

        @Override
        public int emit(List<Emission> messages) throws EmitFault {
            try (PreparedStatement statement = connection.prepareStatement(sql(messages.size()))) {
                int parameter = 1;
                for (Emission message : messages) {
                    statement.setString(parameter++, message.prefix());
                    statement.setBytes(parameter++, message.content());
                }
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    // Events carry the low half of it.
                    return (int) row.getLong("xid");
                }
            } catch (SQLException e) {
                throw fault(e);
            }
        }

        /** The items of a SELECT are evaluated from left to right; the statement is the transaction. */
        private static String sql(int messages) {
            return "select " + (EMIT + ", ").repeat(messages) + "pg_current_xact_id()::text::bigint as xid";
        }

        private EmitFault fault(SQLException e) {
            String said =
                    String.valueOf(SqlFaults.of(e, settings, "sending messages").getMessage());
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            // Errors that the server reports for the statement end its transaction; those of a connection say nothing
            // of it.
            boolean unknown = state.isEmpty() || state.startsWith("08") || state.startsWith("57P");
            return unknown
                    ? new EmitFault(said + "; whether the messages were committed is not known", true, e)
                    : new EmitFault(said, false, e);
        }

        @Override
        public boolean isAlive() {
            try {
                return connection.isValid(ALIVE_SECONDS);
            } catch (SQLException e) {
                return false;
            }
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                PgConnections.abort(connection);
            }
        }
    }
}
