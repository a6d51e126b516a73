package dev.penstock.replicator.pgoutput;

import dev.penstock.storage.model.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes pgoutput messages as a server would, for tests of everything that reads them. */
public final class PgOutputBytes {

    /** A column that was not touched and is stored outside the row. */
    public static final String UNCHANGED = new String("unchanged");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** Something to write that may fail only in theory. */
    private interface Writing {
        void write() throws IOException;
    }

    private static byte[] message(char tag, java.util.function.Consumer<PgOutputBytes> body) {
        PgOutputBytes message = new PgOutputBytes();
        message.put(() -> message.out.writeByte(tag));
        body.accept(message);
        return message.bytes.toByteArray();
    }

    public static byte[] begin(Lsn commitLsn, long unixMicros, int xid) {
        return message('B', m -> m.i64(commitLsn.value()).time(unixMicros).i32(xid));
    }

    public static byte[] commit(Lsn commitLsn, Lsn endLsn, long unixMicros) {
        return message(
                'C', m -> m.u8(0).i64(commitLsn.value()).i64(endLsn.value()).time(unixMicros));
    }

    public static byte[] origin(Lsn commitLsn, String name) {
        return message('O', m -> m.i64(commitLsn.value()).string(name));
    }

    public static byte[] type(int oid, String schema, String name) {
        return message('Y', m -> m.i32(oid).string(schema).string(name));
    }

    public static byte[] relation(int oid, String schema, String name, char identity, List<Relation.Column> columns) {
        return message('R', m -> {
            m.i32(oid).string(schema).string(name).u8(identity).u16(columns.size());
            for (Relation.Column column : columns) {
                m.u8(column.identity() ? 1 : 0)
                        .string(column.name())
                        .i32(column.type())
                        .i32(-1);
            }
        });
    }

    public static byte[] insert(int relation, @Nullable String... row) {
        return message('I', m -> m.i32(relation).tuple('N', row));
    }

    public static byte[] update(int relation, @Nullable String... row) {
        return message('U', m -> m.i32(relation).tuple('N', row));
    }

    /** @param kind K or O */
    public static byte[] update(int relation, char kind, @Nullable String[] old, @Nullable String... row) {
        return message('U', m -> m.i32(relation).tuple(kind, old).tuple('N', row));
    }

    public static byte[] delete(int relation, char kind, @Nullable String... old) {
        return message('D', m -> m.i32(relation).tuple(kind, old));
    }

    public static byte[] truncate(int... relations) {
        return message('T', m -> {
            m.i32(relations.length).u8(0);
            for (int relation : relations) {
                m.i32(relation);
            }
        });
    }

    public static byte[] logical(boolean transactional, Lsn lsn, String prefix, byte[] content) {
        return message(
                'M',
                m -> m.u8(transactional ? 1 : 0)
                        .i64(lsn.value())
                        .string(prefix)
                        .i32(content.length)
                        .raw(content));
    }

    @SuppressWarnings("ReferenceEquality") // UNCHANGED is a mark, not a text
    private PgOutputBytes tuple(char kind, @Nullable String[] columns) {
        u8(kind).u16(columns.length);
        for (String column : columns) {
            if (column == null) {
                u8('n');
            } else if (column == UNCHANGED) {
                u8('u');
            } else {
                byte[] text = column.getBytes(StandardCharsets.UTF_8);
                u8('t').i32(text.length).raw(text);
            }
        }
        return this;
    }

    private PgOutputBytes time(long unixMicros) {
        return i64(PgOutputDecoder.postgresMicros(unixMicros));
    }

    private PgOutputBytes u8(int value) {
        return put(() -> out.writeByte(value));
    }

    private PgOutputBytes u16(int value) {
        return put(() -> out.writeShort(value));
    }

    private PgOutputBytes i32(int value) {
        return put(() -> out.writeInt(value));
    }

    private PgOutputBytes i64(long value) {
        return put(() -> out.writeLong(value));
    }

    private PgOutputBytes string(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8)).u8(0);
    }

    private PgOutputBytes raw(byte[] raw) {
        return put(() -> out.write(raw));
    }

    private PgOutputBytes put(Writing writing) {
        try {
            writing.write();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
