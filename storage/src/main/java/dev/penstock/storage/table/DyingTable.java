package dev.penstock.storage.table;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import java.util.Arrays;
import java.util.OptionalLong;

/** Index of the messages that are dying, over all groups. Key {@code 15 | group id 4B | generation 8B | offset 8B}. */
public final class DyingTable {

    /** Of a generation that ended, too, until it is swept. */
    public record Dying(int groupId, long generation, long offset) {}

    private DyingTable() {}

    private static byte[] key(Dying dying) {
        return RowKey.of(RowKey.DYING, dying.groupId, dying.generation, dying.offset);
    }

    /** All rows. */
    public static KeyRange range() {
        return KeyRange.prefix(RowKey.of(RowKey.DYING));
    }

    /** All rows behind the one given. */
    public static KeyRange after(Dying last) {
        byte[] key = key(last);
        return KeyRange.within(RowKey.of(RowKey.DYING), Arrays.copyOf(key, key.length + 1));
    }

    /** The row a cursor over {@link #range} stands on. */
    public static Dying at(Cursor cursor) {
        byte[] key = cursor.key();
        return new Dying(RowKey.intAt(key, 1), RowKey.longAt(key, 5), RowKey.longAt(key, 13));
    }

    /** The lowest offset of the generation whose message is dying. */
    public static OptionalLong lowest(KeyReader reader, int groupId, long generation) {
        KeyRange ofGeneration = KeyRange.prefix(RowKey.of(RowKey.DYING, groupId, generation));
        try (Cursor cursor = reader.cursor(Space.STATE, ofGeneration)) {
            return cursor.isValid() ? OptionalLong.of(at(cursor).offset()) : OptionalLong.empty();
        }
    }

    public static void insert(Transaction tx, Dying dying) {
        tx.insertKnownAbsent(Space.STATE, key(dying), RowKey.NOTHING);
    }

    public static void delete(Transaction tx, Dying dying) {
        tx.deleteKnown(Space.STATE, key(dying), RowKey.NOTHING);
    }
}
