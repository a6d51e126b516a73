package dev.penstock.replicator.postgres;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.core.VisibleBufferedInputStream;
import org.postgresql.jdbc.PgConnection;

/**
 * Looks at the next message of a copy stream before the driver takes it. The driver allocates what a message's length says,
 * and has no limit for copy data: one value of 120 MB would end a node, and after it the next leader. One thread, that of
 * the connection.
 *
 * <p>The driver shows neither its stream nor its buffer, so both are taken from its fields; above TLS and GSS, which a socket
 * factory is not. Should a newer driver lack them, no stream is opened.
 */
final class PendingFrame {

    /**
     * Far above what can render to one event (16 MiB): an update with its whole old row carries everything twice, and text of
     * nested arrays escapes up to twice. Far below a node's heap.
     */
    static final int MAX_BYTES = 64 << 20;

    /** Type and length, which counts itself. */
    private static final int HEADER = 1 + Integer.BYTES;

    private final PGStream stream;
    private final VisibleBufferedInputStream input;

    private PendingFrame(PGStream stream, VisibleBufferedInputStream input) {
        this.stream = stream;
        this.input = input;
    }

    static PendingFrame of(Connection connection) throws SQLException {
        Object executor = connection.unwrap(PgConnection.class).getQueryExecutor();
        PGStream stream = field(QueryExecutorBase.class, executor, "pgStream", PGStream.class);
        return new PendingFrame(stream, field(PGStream.class, stream, "pgInput", VisibleBufferedInputStream.class));
    }

    private static <T> T field(Class<?> owner, Object object, String name, Class<T> type) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            T value = type.cast(field.get(object));
            if (value != null) {
                return value;
            }
            throw new IllegalStateException("expected the driver's " + name + " to be set");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "expected the driver's " + owner.getSimpleName() + " to have a field " + name
                            + ": this version of it is not known here",
                    e);
        }
    }

    /** A message has begun to arrive. Waits about a millisecond for one. */
    boolean hasBegun() throws IOException {
        return stream.hasMessagePending();
    }

    /**
     * Bytes of the copy data that comes next, if they are too many to be taken; else 0. To be asked once it has begun. A
     * notice before it hides it: servers hardly send any here, and the next reader sees it.
     */
    int excess() throws IOException {
        if (!input.ensureBytes(HEADER)) {
            return 0; // the stream ended: the driver finds out
        }
        ByteBuffer header = ByteBuffer.wrap(input.getBuffer(), input.getIndex(), HEADER);
        if (header.get() != 'd') {
            return 0;
        }
        int length = header.getInt() - Integer.BYTES;
        return length > MAX_BYTES ? length : 0;
    }

    /** The first bytes of the content. */
    byte[] head(int length) throws IOException {
        byte[] head = new byte[length];
        if (input.ensureBytes(HEADER + length)) {
            System.arraycopy(input.getBuffer(), input.getIndex() + HEADER, head, 0, length);
        }
        return head;
    }
}
