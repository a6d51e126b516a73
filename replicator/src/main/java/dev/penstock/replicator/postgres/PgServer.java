package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceServer;
import dev.penstock.replicator.feed.SourceSession;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Opens sessions to one Postgres, and can cut them from another thread. */
public final class PgServer implements SourceServer {

    private final PgSettings settings;
    private final CreationLimit creationLimit = new CreationLimit();
    private final List<Connection> open = new ArrayList<>();
    private boolean aborted;

    public PgServer(PgSettings settings) {
        this.settings = settings;
    }

    @Override
    public SourceSession connect() throws SourceFault {
        Connection admin = kept(PgConnections.admin(settings));
        try {
            Connection replication = kept(PgConnections.replication(settings));
            return new PgSession(settings, admin, replication, creationLimit, this::forget);
        } catch (SourceFault e) {
            forgetAll();
            throw e;
        }
    }

    private synchronized Connection kept(Connection connection) throws SourceFault {
        if (aborted) {
            PgConnections.abort(connection);
            throw new SourceFault.Retry("closed", "the source is being closed");
        }
        open.add(connection);
        return connection;
    }

    private synchronized void forget(Connection connection) {
        open.remove(connection);
    }

    private synchronized void forgetAll() {
        open.forEach(PgConnections::abort);
        open.clear();
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        open.forEach(PgConnections::abort);
        open.clear();
    }
}
