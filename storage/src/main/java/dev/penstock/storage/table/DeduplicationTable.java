package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were appended not long ago, by the fact by which their repetitions are known. Key {@code 18 | fact 16B}; the
 * value is when it is forgotten and the offset of the first. Beside it, to find what is to be forgotten,
 * {@code 19 | time 8B | fact 16B}, empty.
 */
public final class DeduplicationTable {

    /** @param untilMillis log time from which on the same fact is no repetition */
    public record Seen(long high, long low, long untilMillis, long offset) {}

    private DeduplicationTable() {}

    private static byte[] key(long high, long low) {
        byte[] key = new byte[17];
        key[0] = RowKey.DEDUPLICATION;
        RowKey.putLong(key, 1, high);
        RowKey.putLong(key, 9, low);
        return key;
    }

    private static byte[] timeKey(Seen seen) {
        byte[] key = new byte[25];
        key[0] = RowKey.DEDUPLICATION_TIME;
        RowKey.putLong(key, 1, seen.untilMillis);
        RowKey.putLong(key, 9, seen.high);
        RowKey.putLong(key, 17, seen.low);
        return key;
    }

    private static byte[] encode(Seen seen) {
        return RowValue.write(20).i64(seen.untilMillis).varint(seen.offset).toBytes();
    }

    public static @Nullable Seen get(KeyReader reader, long high, long low) {
        byte[] value = reader.get(Space.STATE, key(high, low));
        if (value == null) {
            return null;
        }
        ByteReader in = RowValue.read("deduplication row", value);
        Seen seen = new Seen(high, low, in.i64(), in.nonNegative("an offset"));
        in.finish();
        return seen;
    }

    /** @param before what is stored of the same fact */
    public static void put(Transaction tx, @Nullable Seen before, Seen seen) {
        if (before == null) {
            tx.insert(Space.STATE, key(seen.high, seen.low), encode(seen));
        } else {
            tx.updateKnown(Space.STATE, key(seen.high, seen.low), encode(before), encode(seen));
            tx.deleteKnown(Space.STATE, timeKey(before), RowKey.NOTHING);
        }
        tx.insert(Space.STATE, timeKey(seen), RowKey.NOTHING);
    }

    public static void delete(Transaction tx, Seen seen) {
        tx.deleteExisting(Space.STATE, key(seen.high, seen.low));
        tx.deleteKnown(Space.STATE, timeKey(seen), RowKey.NOTHING);
    }

    /**
     * Those that are to be forgotten first, without their offsets.
     *
     * @param fromMillis a time before which there is none
     * @param max at most so many
     */
    public static List<Seen> oldest(KeyReader reader, long fromMillis, int max) {
        byte[] from = new byte[9];
        from[0] = RowKey.DEDUPLICATION_TIME;
        RowKey.putLong(from, 1, fromMillis);
        List<Seen> oldest = new ArrayList<>();
        KeyRange range = KeyRange.within(RowKey.of(RowKey.DEDUPLICATION_TIME), from);
        try (Cursor cursor = reader.cursor(Space.STATE, range)) {
            for (; cursor.isValid() && oldest.size() < max; cursor.next()) {
                byte[] key = cursor.key();
                oldest.add(new Seen(RowKey.longAt(key, 9), RowKey.longAt(key, 17), RowKey.longAt(key, 1), 0));
            }
        }
        return oldest;
    }
}
