package dev.penstock.storage.kv;

import org.jspecify.annotations.Nullable;

/** What can be read of a store, a view or a transaction. */
public interface KeyReader {

    /** The value, not to be changed; null if there is none. */
    byte @Nullable [] get(Space space, byte[] key);

    /** Standing on the first row of the range, if any. */
    Cursor cursor(Space space, KeyRange range);

    /** The last row at or below the key and not below {@code lowest}; null if there is none. */
    @Nullable
    Row floor(Space space, byte[] key, byte[] lowest);

    /** Not to be changed. */
    record Row(byte[] key, byte[] value) {}
}
