package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tags of groups. Key {@code 0d | group id 4B}; no row where a group has none. Rows of their own: a group's row is
 * written with every grant and ack, and tags may be long.
 */
public final class TagTable {

    private TagTable() {}

    public static byte[] key(int groupId) {
        return RowKey.of(RowKey.TAGS, groupId);
    }

    static byte[] encode(SortedMap<String, String> tags) {
        ByteWriter out = RowValue.write(64);
        ModelCodec.writeTags(out, tags);
        return out.toBytes();
    }

    public static SortedMap<String, String> get(KeyReader reader, int groupId) {
        byte[] value = reader.get(Space.STATE, key(groupId));
        if (value == null) {
            return new TreeMap<>();
        }
        ByteReader in = RowValue.read("tag row", value);
        SortedMap<String, String> tags = ModelCodec.readTags(in);
        in.finish();
        return tags;
    }

    /** @param before what the row says now */
    public static void change(
            Transaction tx, int groupId, SortedMap<String, String> before, SortedMap<String, String> after) {
        if (before.isEmpty() && !after.isEmpty()) {
            tx.insert(Space.STATE, key(groupId), encode(after));
        } else if (!before.isEmpty() && after.isEmpty()) {
            tx.deleteExisting(Space.STATE, key(groupId));
        } else if (!before.equals(after)) {
            tx.update(Space.STATE, key(groupId), encode(after));
        }
    }
}
