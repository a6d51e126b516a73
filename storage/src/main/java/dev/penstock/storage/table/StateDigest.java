package dev.penstock.storage.table;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.RowHash;
import dev.penstock.storage.kv.Space;

/**
 * The digest over all STATE rows but the progress row: the sum modulo 2^64 of their hashes. Transactions keep it up; this
 * recomputes it, to verify a checkpoint or a running node.
 */
public final class StateDigest {

    private StateDigest() {}

    /** Walks the whole STATE space. */
    public static long recompute(KeyReader reader) {
        long sum = 0;
        KeyRange allButProgress = new KeyRange(new byte[] {RowKey.FACTS}, new byte[] {(byte) 0xff});
        try (Cursor cursor = reader.cursor(Space.STATE, allButProgress)) {
            for (; cursor.isValid(); cursor.next()) {
                sum += RowHash.of(cursor.key(), cursor.value());
            }
        }
        return sum;
    }
}
