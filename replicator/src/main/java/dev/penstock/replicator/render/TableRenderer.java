package dev.penstock.replicator.render;

import dev.penstock.replicator.pgoutput.MalformedMessageException;
import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.replicator.pgoutput.Relation;
import dev.penstock.replicator.pgoutput.Tuple;
import dev.penstock.replicator.pgoutput.TypeFacts;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders the changes of one relation, with everything prepared that is the same for all its rows. One thread, that of
 * the buffer it is given; lives as long as the relation's shape on one connection.
 */
public final class TableRenderer {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private final Relation relation;
    private final JsonBytes out;
    private final TableKeys keys;
    /** Per column {@code ,"name":}; the first of an object is written without the comma. */
    private final byte[][] names;

    private final ValueRenderer[] values;
    private final KeyHash hash;
    private final boolean hashesShownKey;
    private final Route route;
    private final Route identityRoute;

    /** @param types what those of its columns that are not built in */
    public TableRenderer(
            Relation relation,
            List<String> primaryKey,
            boolean deferrable,
            Map<Integer, TypeFacts> types,
            JsonBytes out)
            throws EventTooLargeException {
        this.relation = relation;
        this.out = out;
        this.keys = TableKeys.of(relation, primaryKey, deferrable);
        int count = relation.columns().size();
        this.names = new byte[count][];
        this.values = new ValueRenderer[count];
        for (int i = 0; i < count; i++) {
            Relation.Column column = relation.columns().get(i);
            names[i] = member(column.name());
            values[i] = TypeRenderers.of(column.type(), types);
        }
        this.hash = new KeyHash(relation.schema(), relation.name());
        this.hashesShownKey = Arrays.equals(keys.shown(), keys.order());
        this.route = Route.table(relation.schema(), relation.name(), columnNames(keys.shown()));
        this.identityRoute = Route.table(relation.schema(), relation.name(), columnNames(keys.identity()));
    }

    public Relation relation() {
        return relation;
    }

    public ChangeEvent render(SourcePosition at, long commitMicros, int xid, PgOutputMessage.RowChange change)
            throws EventTooLargeException, MalformedMessageException {
        if (change instanceof PgOutputMessage.Insert insert) {
            return insert(at, commitMicros, xid, insert);
        }
        if (change instanceof PgOutputMessage.Update update) {
            return update(at, commitMicros, xid, update);
        }
        return delete(at, commitMicros, xid, (PgOutputMessage.Delete) change);
    }

    private ChangeEvent insert(SourcePosition at, long commitMicros, int xid, PgOutputMessage.Insert change)
            throws EventTooLargeException, MalformedMessageException {
        Tuple row = fitting(change.row());
        out.clear();
        int unchanged = record(row, null, false);
        int recordEnd = out.length();
        byte[] key = key(row, null, keys.shown());
        return new ChangeEvent(
                at,
                Action.INSERT,
                route,
                commitMicros,
                xid,
                orderHash(row, null, recordEnd),
                0,
                false,
                out.copy(0, recordEnd),
                ChangeEvent.ABSENT,
                unchanged == 0 ? ChangeEvent.ABSENT : unchangedNames(row, null, false),
                key);
    }

    private ChangeEvent update(SourcePosition at, long commitMicros, int xid, PgOutputMessage.Update change)
            throws EventTooLargeException, MalformedMessageException {
        Tuple row = fitting(change.row());
        Tuple old = change.old() == null ? null : fitting(change.old());
        boolean oldIsKey = change.oldIsKey();
        out.clear();
        int unchangedCount = record(row, old, oldIsKey);
        int recordEnd = out.length();
        byte[] changes = old == null ? ChangeEvent.ABSENT : changes(row, old, oldIsKey);
        byte[] unchanged = unchangedCount == 0 ? ChangeEvent.ABSENT : unchangedNames(row, old, oldIsKey);
        int keyStart = out.length();
        byte[] key = key(row, old, keys.shown());
        long keyHash = orderHash(row, old, keyStart);
        long oldHash = old == null || !orderChanged(row, old) ? 0 : oldOrderHash(old);
        return new ChangeEvent(
                at,
                Action.UPDATE,
                route,
                commitMicros,
                xid,
                keyHash,
                oldHash == keyHash ? 0 : oldHash,
                false,
                out.copy(0, recordEnd),
                changes,
                unchanged,
                key);
    }

    private ChangeEvent delete(SourcePosition at, long commitMicros, int xid, PgOutputMessage.Delete change)
            throws EventTooLargeException, MalformedMessageException {
        Tuple old = fitting(change.old());
        out.clear();
        object(old, change.oldIsKey() ? keys.identity() : null);
        int recordEnd = out.length();
        // By an identity index the primary key may be missing: then the index is all that is known of the row.
        boolean shownKnown = !change.oldIsKey() || keys.identityCovers(keys.shown());
        byte[] key = key(old, null, shownKnown ? keys.shown() : keys.identity());
        return new ChangeEvent(
                at,
                Action.DELETE,
                shownKnown ? route : identityRoute,
                commitMicros,
                xid,
                shownKnown ? orderHash(old, null, recordEnd) : oldOrderHash(old),
                0,
                false,
                out.copy(0, recordEnd),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                key);
    }

    public ChangeEvent truncate(SourcePosition at, long commitMicros, int xid) {
        byte[] none = ChangeEvent.ABSENT;
        return new ChangeEvent(at, Action.TRUNCATE, route, commitMicros, xid, 0, 0, true, none, none, none, none);
    }

    private Tuple fitting(Tuple tuple) throws MalformedMessageException {
        if (tuple.size() != names.length) {
            throw new MalformedMessageException("expected " + names.length + " columns of " + relation.schema() + "."
                    + relation.name() + ", but the row has " + tuple.size());
        }
        return tuple;
    }

    /** Where column {@code i}'s new value is: in the row, or, if untouched, in the old one; null if it was not sent. */
    private @Nullable Tuple holder(int i, Tuple row, @Nullable Tuple old, boolean oldIsKey) {
        if (!row.isUnchanged(i)) {
            return row;
        }
        boolean known = old != null
                && !old.isUnchanged(i)
                && (!oldIsKey || relation.columns().get(i).identity());
        return known ? old : null;
    }

    /** Renders the new row and returns how many columns are left out of it. */
    private int record(Tuple row, @Nullable Tuple old, boolean oldIsKey) throws EventTooLargeException {
        int unchanged = 0;
        boolean first = true;
        out.write('{');
        for (int i = 0; i < names.length; i++) {
            Tuple holder = holder(i, row, old, oldIsKey);
            if (holder == null) {
                unchanged++;
            } else {
                column(i, holder, first);
                first = false;
            }
        }
        out.write('}');
        return unchanged;
    }

    private byte[] unchangedNames(Tuple row, @Nullable Tuple old, boolean oldIsKey) throws EventTooLargeException {
        int start = out.length();
        char before = '[';
        for (int i = 0; i < names.length; i++) {
            if (holder(i, row, old, oldIsKey) == null) {
                out.write(before);
                out.raw(names[i], 1, names[i].length - 1);
                before = ',';
            }
        }
        out.write(']');
        return out.copy(start, out.length());
    }

    private byte[] changes(Tuple row, Tuple old, boolean oldIsKey) throws EventTooLargeException {
        int start = out.length();
        boolean first = true;
        out.write('{');
        for (int i = 0; i < names.length; i++) {
            boolean known = !oldIsKey || relation.columns().get(i).identity();
            if (known && !row.isUnchanged(i) && !old.isUnchanged(i) && !row.sameValue(i, old)) {
                column(i, old, first);
                first = false;
            }
        }
        out.write('}');
        return first ? ChangeEvent.ABSENT : out.copy(start, out.length());
    }

    /** An object of these columns, of all if null. */
    private void object(Tuple tuple, int @Nullable [] columns) throws EventTooLargeException {
        int count = columns == null ? names.length : columns.length;
        out.write('{');
        for (int k = 0; k < count; k++) {
            column(columns == null ? k : columns[k], tuple, k == 0);
        }
        out.write('}');
    }

    private void column(int i, Tuple tuple, boolean first) throws EventTooLargeException {
        out.raw(names[i], first ? 1 : 0, names[i].length);
        if (tuple.isNull(i) || tuple.isUnchanged(i)) {
            out.raw(NULL);
        } else {
            values[i].render(tuple.bytes(), tuple.start(i), tuple.end(i), out);
        }
    }

    /** Renders the key at the end of the buffer, and copies it. */
    private byte[] key(Tuple row, @Nullable Tuple old, int[] columns) throws EventTooLargeException {
        if (columns.length == 0) {
            return ChangeEvent.ABSENT;
        }
        int start = out.length();
        keyObject(row, old, columns);
        return out.copy(start, out.length());
    }

    private void keyObject(Tuple row, @Nullable Tuple old, int[] columns) throws EventTooLargeException {
        out.write('{');
        for (int k = 0; k < columns.length; k++) {
            int i = columns[k];
            column(i, row.isUnchanged(i) && old != null ? old : row, k == 0);
        }
        out.write('}');
    }

    /** @param keyStart where the shown key was rendered last in the buffer */
    private long orderHash(Tuple row, @Nullable Tuple old, int keyStart) throws EventTooLargeException {
        if (keys.order().length == 0) {
            return 0;
        }
        int start = keyStart;
        int end = out.length();
        if (!hashesShownKey) {
            start = out.length();
            keyObject(row, old, keys.order());
            end = out.length();
            out.truncate(start);
        }
        return hash.of(out.bytes(), start, end);
    }

    private boolean orderChanged(Tuple row, Tuple old) {
        for (int i : keys.order()) {
            if (!row.isUnchanged(i) && !row.sameValue(i, old)) {
                return true;
            }
        }
        return false;
    }

    private long oldOrderHash(Tuple old) throws EventTooLargeException {
        if (keys.order().length == 0) {
            return 0;
        }
        int start = out.length();
        keyObject(old, null, keys.order());
        long hashed = hash.of(out.bytes(), start, out.length());
        out.truncate(start);
        return hashed;
    }

    private byte[] member(String name) throws EventTooLargeException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.clear();
        out.write(',');
        out.string(utf8, 0, utf8.length);
        out.write(':');
        return out.copy(0, out.length());
    }

    private List<String> columnNames(int[] columns) {
        return Arrays.stream(columns)
                .mapToObj(i -> relation.columns().get(i).name())
                .toList();
    }
}
