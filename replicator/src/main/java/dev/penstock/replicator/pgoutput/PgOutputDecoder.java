package dev.penstock.replicator.pgoutput;

import dev.penstock.storage.model.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Decodes pgoutput, protocol version 1 without streaming, as it comes in the payload of replication messages. Stateless;
 * never throws anything but {@link MalformedMessageException}, whatever the bytes are.
 */
public final class PgOutputDecoder {

    /** Postgres counts microseconds from 2000-01-01 UTC. */
    private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;

    private PgOutputDecoder() {}

    public static long unixMicros(long postgresMicros) {
        return postgresMicros + POSTGRES_EPOCH_MICROS;
    }

    public static long postgresMicros(long unixMicros) {
        return unixMicros - POSTGRES_EPOCH_MICROS;
    }

    /** The relation whose row begins here; empty for a message of another kind. */
    public static OptionalInt relationOf(byte[] bytes, int from, int to) throws MalformedMessageException {
        WireReader in = new WireReader(bytes, from, to);
        byte tag = in.u8("the message's tag");
        return tag == 'I' || tag == 'U' || tag == 'D'
                ? OptionalInt.of(in.i32("a relation's oid"))
                : OptionalInt.empty();
    }

    public static PgOutputMessage decode(byte[] bytes, int from, int to) throws MalformedMessageException {
        WireReader in = new WireReader(bytes, from, to);
        byte tag = in.u8("the message's tag");
        PgOutputMessage message = switch (tag) {
            case 'I' -> insert(in);
            case 'U' -> update(in);
            case 'D' -> delete(in);
            case 'B' -> begin(in);
            case 'C' -> commit(in);
            case 'R' -> relation(in);
            case 'Y' -> new PgOutputMessage.Type(in.i32("a type's oid"), in.string("a schema"), in.string("a type"));
            case 'T' -> truncate(in);
            case 'M' -> logical(in);
            case 'O' -> new PgOutputMessage.Origin(lsn(in), in.string("an origin's name"));
            default ->
                throw new MalformedMessageException(
                        "expected a message of protocol version 1, but got tag " + (tag & 0xff));
        };
        in.end("the message");
        return message;
    }

    private static Lsn lsn(WireReader in) throws MalformedMessageException {
        return new Lsn(in.i64("an LSN"));
    }

    private static PgOutputMessage begin(WireReader in) throws MalformedMessageException {
        return new PgOutputMessage.Begin(lsn(in), unixMicros(in.i64("a commit time")), in.i32("a transaction id"));
    }

    private static PgOutputMessage commit(WireReader in) throws MalformedMessageException {
        byte flags = in.u8("the commit's flags");
        if (flags != 0) {
            throw new MalformedMessageException("expected a commit without flags, but got " + (flags & 0xff));
        }
        return new PgOutputMessage.Commit(lsn(in), lsn(in), unixMicros(in.i64("a commit time")));
    }

    private static Relation relation(WireReader in) throws MalformedMessageException {
        int oid = in.i32("a relation's oid");
        String schema = in.string("a schema");
        String name = in.string("a table");
        Relation.Identity identity = Relation.Identity.ofCode(in.u8("the replica identity"));
        int count = in.u16("the number of columns");
        List<Relation.Column> columns = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            byte flags = in.u8("a column's flags");
            String column = in.string("a column's name");
            int type = in.i32("a column's type");
            in.i32("a column's type modifier");
            columns.add(new Relation.Column(column, (flags & 1) != 0, type));
        }
        // The server leaves the schema empty for pg_catalog.
        return new Relation(oid, schema.isEmpty() ? "pg_catalog" : schema, name, identity, columns);
    }

    private static PgOutputMessage insert(WireReader in) throws MalformedMessageException {
        int relation = in.i32("a relation's oid");
        expect(in, 'N');
        return new PgOutputMessage.Insert(relation, Tuple.read(in));
    }

    private static PgOutputMessage update(WireReader in) throws MalformedMessageException {
        int relation = in.i32("a relation's oid");
        byte kind = in.u8("a tuple's kind");
        if (kind == 'N') {
            return new PgOutputMessage.Update(relation, null, false, Tuple.read(in));
        }
        boolean oldIsKey = isKey(kind);
        Tuple old = Tuple.read(in);
        expect(in, 'N');
        return new PgOutputMessage.Update(relation, old, oldIsKey, Tuple.read(in));
    }

    private static PgOutputMessage delete(WireReader in) throws MalformedMessageException {
        int relation = in.i32("a relation's oid");
        boolean oldIsKey = isKey(in.u8("a tuple's kind"));
        return new PgOutputMessage.Delete(relation, oldIsKey, Tuple.read(in));
    }

    private static boolean isKey(byte kind) throws MalformedMessageException {
        if (kind != 'K' && kind != 'O') {
            throw new MalformedMessageException("expected an old row K or O, but got byte " + (kind & 0xff));
        }
        return kind == 'K';
    }

    private static void expect(WireReader in, char kind) throws MalformedMessageException {
        byte seen = in.u8("a tuple's kind");
        if (seen != kind) {
            throw new MalformedMessageException("expected a row " + kind + ", but got byte " + (seen & 0xff));
        }
    }

    private static PgOutputMessage truncate(WireReader in) throws MalformedMessageException {
        int count = in.i32("the number of relations");
        in.u8("the truncate's flags");
        if (count < 0 || count > in.remaining() / Integer.BYTES) {
            throw new MalformedMessageException(
                    "expected " + count + " relations, but " + in.remaining() + " bytes are left");
        }
        int[] relations = new int[count];
        for (int i = 0; i < count; i++) {
            relations[i] = in.i32("a relation's oid");
        }
        return new PgOutputMessage.Truncate(relations);
    }

    private static PgOutputMessage logical(WireReader in) throws MalformedMessageException {
        byte flags = in.u8("the message's flags");
        if ((flags & ~1) != 0) {
            throw new MalformedMessageException("expected message flags 0 or 1, but got " + (flags & 0xff));
        }
        Lsn lsn = lsn(in);
        String prefix = in.string("a prefix");
        int length = in.i32("a content's length");
        int start = in.skip(length, "a content");
        return new PgOutputMessage.Logical(flags == 1, lsn, prefix, in.bytes(), start, start + length);
    }
}
