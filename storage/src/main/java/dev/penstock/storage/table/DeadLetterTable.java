package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.DeadLetter.Place;
import dev.penstock.storage.model.KeyOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each dead letter beside its payload. Key {@code 14 | group id 4B | place 1B | letter 8B}: those that are
 * kept stand together, apart from those that were put back and are not settled. No generation: a seek keeps dead letters.
 */
public final class DeadLetterTable {

    /** A dead letter with the value it was read from, which the next change gives back as known. */
    public record Stored(DeadLetter letter, byte[] value) {}

    private static final int LETTER_AT = 6;

    private DeadLetterTable() {}

    public static byte[] key(int groupId, Place place, long letter) {
        byte[] key = new byte[14];
        key[0] = RowKey.DEAD_LETTER;
        RowKey.putInt(key, 1, groupId);
        key[5] = (byte) place.code();
        RowKey.putLong(key, LETTER_AT, letter);
        return key;
    }

    public static KeyRange range(int groupId, Place place, long fromLetter) {
        byte[] from = key(groupId, place, Math.max(0, fromLetter));
        return KeyRange.within(Arrays.copyOf(from, LETTER_AT), from);
    }

    /** The row a cursor over {@link #range} stands on. */
    public static Stored at(Cursor cursor) {
        byte[] value = cursor.value();
        return new Stored(decode(RowKey.longAt(cursor.key(), LETTER_AT), value), value);
    }

    public static @Nullable Stored get(KeyReader reader, int groupId, Place place, long letter) {
        byte[] value = letter < 0 ? null : reader.get(Space.STATE, key(groupId, place, letter));
        return value == null ? null : new Stored(decode(letter, value), value);
    }

    public static void insert(Transaction tx, int groupId, Place place, DeadLetter letter) {
        tx.insertKnownAbsent(Space.STATE, key(groupId, place, letter.letter()), encode(letter));
    }

    public static void delete(Transaction tx, int groupId, Place place, Stored prior) {
        tx.deleteKnown(Space.STATE, key(groupId, place, prior.letter().letter()), prior.value());
    }

    public static byte[] encode(DeadLetter letter) {
        ByteWriter out = RowValue.write(96)
                .varint(letter.streamId())
                .varint(letter.origin())
                .varint(letter.offset())
                .varint(letter.deliveries())
                .zigzag(letter.firstDeliveredWallMillis())
                .zigzag(letter.lastDeliveredWallMillis())
                .zigzag(letter.diedWallMillis())
                .text(letter.reason());
        return out.i64(letter.order().key())
                .i64(letter.order().oldKey())
                .i64(letter.order().route())
                .toBytes();
    }

    private static DeadLetter decode(long letter, byte[] value) {
        ByteReader in = RowValue.read("dead letter row", value);
        int streamId = in.bounded("a stream id", Integer.MAX_VALUE);
        int origin = in.bounded("a group id", Integer.MAX_VALUE);
        long offset = in.varint();
        int deliveries = in.bounded("a delivery count", Integer.MAX_VALUE);
        long firstDelivered = in.zigzag();
        long lastDelivered = in.zigzag();
        long died = in.zigzag();
        String reason = in.text();
        KeyOrder order = new KeyOrder(in.i64(), in.i64(), in.i64());
        in.finish();
        return new DeadLetter(
                letter, streamId, origin, offset, deliveries, firstDelivered, lastDelivered, died, reason, order);
    }
}
