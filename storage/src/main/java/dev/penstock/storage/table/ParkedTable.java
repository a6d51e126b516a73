package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.ParkedKey;

/**
 * Keys of ordered groups with events that wait behind an unsettled one. Key {@code 0c | group id 4B | generation 8B | key
 * hash 8B}.
 */
public final class ParkedTable {

    private static final int KEY_HASH_AT = 13;

    private ParkedTable() {}

    private static byte[] key(int groupId, long generation, long keyHash) {
        byte[] key = new byte[21];
        System.arraycopy(RowKey.of(RowKey.PARKED, groupId, generation), 0, key, 0, KEY_HASH_AT);
        RowKey.putLong(key, KEY_HASH_AT, keyHash);
        return key;
    }

    /** All rows of the generation. */
    public static KeyRange range(int groupId, long generation) {
        return KeyRange.prefix(RowKey.of(RowKey.PARKED, groupId, generation));
    }

    /** The row a cursor over {@link #range} stands on. */
    public static ParkedKey at(Cursor cursor) {
        ByteReader in = RowValue.read("parked key row", cursor.value());
        long offset = in.varint();
        long route = in.i64();
        in.finish();
        return new ParkedKey(RowKey.longAt(cursor.key(), KEY_HASH_AT), offset, route);
    }

    public static byte[] encode(ParkedKey parked) {
        return RowValue.write(20).varint(parked.offset()).i64(parked.route()).toBytes();
    }

    public static void insert(Transaction tx, int groupId, long generation, ParkedKey parked) {
        tx.insertKnownAbsent(Space.STATE, key(groupId, generation, parked.key()), encode(parked));
    }

    public static void update(Transaction tx, int groupId, long generation, ParkedKey prior, ParkedKey next) {
        tx.updateKnown(Space.STATE, key(groupId, generation, next.key()), encode(prior), encode(next));
    }

    public static void delete(Transaction tx, int groupId, long generation, ParkedKey prior) {
        tx.deleteKnown(Space.STATE, key(groupId, generation, prior.key()), encode(prior));
    }
}
