package dev.penstock.storage.kv;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one Raft entry, laid over the store until they are written at once. Its verbs say what the caller knows
 * of the prior state, and fail when that is not so: a wrong row is found where it is made. The verbs on {@code …Known}
 * take the caller's word for the prior value of a hot row that it has just read, or whose absence an invariant proves;
 * with {@link Checks#FULL} that is checked too.
 *
 * <p>Keeps the net change of the state digest: the sum modulo 2^64 of {@link RowHash} over all STATE rows, which does not
 * depend on the order of changes. One thread.
 */
public final class Transaction implements KeyReader {

    /** How far the word of callers is taken. */
    public enum Checks {
        /** In production: a known row is not read again. */
        TRUSTING,
        /** In tests: every verb reads the prior state. */
        FULL
    }

    /** A row as it is in the store and as it will be; null = absent. */
    static final class Overlaid {
        final byte @Nullable [] before;
        byte @Nullable [] now;

        Overlaid(byte @Nullable [] before) {
            this.before = before;
            this.now = before;
        }

        boolean isChanged() {
            return before == null ? now != null : !Arrays.equals(before, now);
        }
    }

    /** In place of a value that is there but was not read. */
    private static final byte[] UNREAD = new byte[0];

    private final KeyReader base;
    private final Checks checks;
    private final NavigableMap<byte[], Overlaid> state = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], Overlaid> log = new TreeMap<>(Arrays::compareUnsigned);

    public Transaction(KeyReader base, Checks checks) {
        this.base = base;
        this.checks = checks;
    }

    /** The row must be absent. */
    public void insert(Space space, byte[] key, byte[] value) {
        Overlaid row = row(space, key);
        if (row.now != null) {
            throw broken("expected no row", space, key);
        }
        row.now = value;
    }

    /** The row must be there. */
    public void update(Space space, byte[] key, byte[] value) {
        Overlaid row = row(space, key);
        if (row.now == null) {
            throw broken("expected a row to update", space, key);
        }
        row.now = value;
    }

    public void upsert(Space space, byte[] key, byte[] value) {
        row(space, key).now = value;
    }

    /** The row must be there. */
    public void deleteExisting(Space space, byte[] key) {
        Overlaid row = row(space, key);
        if (row.now == null) {
            throw broken("expected a row to delete", space, key);
        }
        row.now = null;
    }

    /** As {@link #insert}, for a row whose absence an invariant proves. */
    public void insertKnownAbsent(Space space, byte[] key, byte[] value) {
        Overlaid row = known(space, key, null);
        row.now = value;
    }

    /** As {@link #update}, for a row just read as {@code prior}. */
    public void updateKnown(Space space, byte[] key, byte[] prior, byte[] value) {
        known(space, key, prior).now = value;
    }

    /** As {@link #deleteExisting}, for a row just read as {@code prior}. */
    public void deleteKnown(Space space, byte[] key, byte[] prior) {
        known(space, key, prior).now = null;
    }

    /** As {@link #deleteExisting}, for a large value of the LOG space that nobody read; not covered by the digest. */
    public void deleteUnread(Space space, byte[] key) {
        if (space == Space.STATE) {
            throw new IllegalArgumentException("expected the LOG space: rows of STATE are part of the digest");
        }
        if (checks == Checks.FULL) {
            deleteExisting(space, key);
            return;
        }
        Overlaid row = overlay(space).get(key);
        if (row == null) {
            row = new Overlaid(UNREAD);
            overlay(space).put(key, row);
        }
        row.now = null;
    }

    @Override
    public byte @Nullable [] get(Space space, byte[] key) {
        Overlaid row = overlay(space).get(key);
        return row != null ? row.now : base.get(space, key);
    }

    /** Sees the overlay as of its opening: collect first, then change. */
    @Override
    public Cursor cursor(Space space, KeyRange range) {
        return new OverlayCursor(
                base.cursor(space, range), overlay(space).subMap(range.from(), true, range.to(), false));
    }

    @Override
    public @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
        byte[] from = key;
        boolean inclusive = true;
        while (true) {
            Map.Entry<byte[], Overlaid> mine =
                    inclusive ? overlay(space).floorEntry(from) : overlay(space).lowerEntry(from);
            if (mine == null || Arrays.compareUnsigned(mine.getKey(), lowest) < 0) {
                return storedFloor(space, key, lowest);
            }
            if (mine.getValue().now != null) {
                return higher(new Row(mine.getKey(), mine.getValue().now), storedFloor(space, key, lowest));
            }
            from = mine.getKey();
            inclusive = false;
        }
    }

    /** The highest row of the store at or below the key that this transaction did not touch. */
    private @Nullable Row storedFloor(Space space, byte[] key, byte[] lowest) {
        Row row = base.floor(space, key, lowest);
        while (row != null && overlay(space).containsKey(row.key())) {
            byte[] below = below(row.key());
            row = Arrays.compareUnsigned(below, lowest) < 0 ? null : base.floor(space, below, lowest);
        }
        return row;
    }

    /** The highest key of the same length below this one; keys of one table are equally long. */
    private static byte[] below(byte[] key) {
        byte[] below = key.clone();
        int borrow = below.length - 1;
        while (borrow >= 0 && below[borrow]-- == 0) {
            borrow--;
        }
        return below;
    }

    private static @Nullable Row higher(Row mine, @Nullable Row stored) {
        return stored == null || Arrays.compareUnsigned(mine.key(), stored.key()) > 0 ? mine : stored;
    }

    /** What the STATE changes so far add to the state digest. */
    public long digestChange() {
        long sum = 0;
        for (Map.Entry<byte[], Overlaid> entry : state.entrySet()) {
            Overlaid row = entry.getValue();
            if (row.isChanged()) {
                sum += hash(entry.getKey(), row.now) - hash(entry.getKey(), row.before);
            }
        }
        return sum;
    }

    private static long hash(byte[] key, byte @Nullable [] value) {
        return value == null ? 0 : RowHash.of(key, value);
    }

    /** The net changes, to be written at once. */
    public Changes changes() {
        Changes changes = new Changes();
        collect(Space.LOG, log, changes);
        collect(Space.STATE, state, changes);
        return changes;
    }

    private static void collect(Space space, NavigableMap<byte[], Overlaid> overlay, Changes into) {
        for (Map.Entry<byte[], Overlaid> entry : overlay.entrySet()) {
            Overlaid row = entry.getValue();
            if (!row.isChanged()) {
                continue;
            }
            if (row.now != null) {
                into.put(space, entry.getKey(), row.now);
            } else {
                into.delete(space, entry.getKey());
            }
        }
    }

    private Overlaid row(Space space, byte[] key) {
        Overlaid row = overlay(space).get(key);
        if (row == null) {
            row = new Overlaid(base.get(space, key));
            overlay(space).put(key, row);
        }
        return row;
    }

    private Overlaid known(Space space, byte[] key, byte @Nullable [] prior) {
        Overlaid row = overlay(space).get(key);
        if (row == null) {
            row = new Overlaid(checks == Checks.FULL ? base.get(space, key) : prior);
            overlay(space).put(key, row);
        }
        if (!Arrays.equals(row.now, prior)) {
            throw broken(prior == null ? "expected no row" : "expected the row just read", space, key);
        }
        return row;
    }

    private NavigableMap<byte[], Overlaid> overlay(Space space) {
        return space == Space.STATE ? state : log;
    }

    private static BrokenStateException broken(String expected, Space space, byte[] key) {
        return new BrokenStateException(expected + " at key " + HexFormat.of().formatHex(key) + " of " + space);
    }
}
