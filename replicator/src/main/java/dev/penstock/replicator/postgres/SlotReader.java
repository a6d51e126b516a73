package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.pgoutput.PgOutputDecoder;
import dev.penstock.storage.model.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyDual;

/**
 * The replication stream of one connection, read without blocking. One thread owns it.
 *
 * <p>It uses the driver's copy API, on which the driver's own replication stream is built, because that one hides what
 * is needed here: a keepalive's WAL end and whether it asks for a reply (a server that shuts down waits for it), and it
 * has a switch that confirms to Postgres what nobody has stored (automaticFlush). Here nothing is confirmed but by
 * {@link #sendStatus}.
 */
final class SlotReader implements ChangeFeed {

    /** XLogData: 'w', start, WAL end, send time. */
    private static final int DATA_HEADER = 1 + 3 * Long.BYTES;

    /** What is looked at of a message that is not taken: enough for its tag and its relation. */
    private static final int HEAD = 64;

    /** Keepalive: 'k', WAL end, send time, reply requested. */
    private static final int KEEPALIVE_LENGTH = 1 + 2 * Long.BYTES + 1;

    /** Standby status update: 'r', written, flushed, applied, clock, reply requested. */
    private static final int STATUS_LENGTH = 1 + 4 * Long.BYTES + 1;

    /** A message that stops in its middle for this long has lost its server; between messages nothing waits. */
    private static final int STALL_MILLIS = 30_000;

    private final PgSettings settings;
    /** Kept because the driver closes a connection that nothing refers to, also while its stream is read. */
    private final Connection connection;

    private final CopyDual copy;
    private final PendingFrame pending;
    private final Clock clock = Clock.systemUTC();
    private final byte[] status = new byte[STATUS_LENGTH];
    private byte[] current = {};
    private Lsn walEnd = Lsn.ZERO;
    private boolean replyRequested;
    private int excess;

    private SlotReader(PgSettings settings, Connection connection, CopyDual copy, PendingFrame pending) {
        this.settings = settings;
        this.connection = connection;
        this.copy = copy;
        this.pending = pending;
    }

    static SlotReader start(PgSettings settings, Connection connection, Lsn from) throws SourceFault {
        String publication = SqlFaults.quoted(settings.publication()).replace("'", "''");
        String sql = "START_REPLICATION SLOT " + SqlFaults.quoted(settings.slot()) + " LOGICAL " + from
                + " (proto_version '1', publication_names '" + publication + "', messages 'true')";
        try {
            CopyDual copy = connection.unwrap(PGConnection.class).getCopyAPI().copyDual(sql);
            connection.setNetworkTimeout(Runnable::run, STALL_MILLIS);
            return new SlotReader(settings, connection, copy, PendingFrame.of(connection));
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "starting to read slot '" + settings.slot() + "'");
        }
    }

    @Override
    public Arrival poll() throws SourceFault {
        byte[] message = receive();
        if (message == null) {
            return Arrival.NOTHING;
        }
        current = message;
        if (excess > 0) {
            return Arrival.EXCESS;
        }
        if (message.length >= DATA_HEADER && message[0] == 'w') {
            return Arrival.DATA;
        }
        if (message.length == KEEPALIVE_LENGTH && message[0] == 'k') {
            walEnd = new Lsn(ByteBuffer.wrap(message).getLong(1));
            replyRequested = message[KEEPALIVE_LENGTH - 1] != 0;
            return Arrival.KEEPALIVE;
        }
        throw new SourceFault.Retry(
                "undecodable",
                "expected replication data or a keepalive from slot '" + settings.slot() + "', but got a message of "
                        + message.length + " bytes");
    }

    private byte @org.jspecify.annotations.Nullable [] receive() throws SourceFault {
        try {
            if (connection.isClosed() || !copy.isActive()) {
                throw new SourceFault.Retry(
                        "connection_lost", "the server ended the stream of slot '" + settings.slot() + "'");
            }
            if (!pending.hasBegun()) {
                return null;
            }
            excess = pending.excess();
            return excess > 0 ? pending.head(DATA_HEADER + HEAD) : copy.readFromCopy(false);
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "reading slot '" + settings.slot() + "'");
        } catch (IOException e) {
            throw new SourceFault.Retry(
                    "connection_lost",
                    "lost the connection to Postgres while reading slot '" + settings.slot() + "' (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    @Override
    public byte[] bytes() {
        return current;
    }

    @Override
    public int start() {
        return DATA_HEADER;
    }

    @Override
    public int end() {
        return current.length;
    }

    @Override
    public int excess() {
        return excess;
    }

    @Override
    public long sendMicros() {
        return PgOutputDecoder.unixMicros(ByteBuffer.wrap(current).getLong(1 + 2 * Long.BYTES));
    }

    @Override
    public Lsn walEnd() {
        return walEnd;
    }

    @Override
    public boolean replyRequested() {
        return replyRequested;
    }

    @Override
    public void sendStatus(Lsn written, Lsn flushed, boolean ping) throws SourceFault {
        ByteBuffer.wrap(status)
                .put((byte) 'r')
                .putLong(written.value())
                .putLong(flushed.value())
                .putLong(flushed.value())
                .putLong(PgOutputDecoder.postgresMicros(clock.millis() * 1000))
                .put((byte) (ping ? 1 : 0));
        try {
            copy.writeToCopy(status, 0, STATUS_LENGTH);
            copy.flushCopy();
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "reporting to slot '" + settings.slot() + "'");
        }
    }
}
