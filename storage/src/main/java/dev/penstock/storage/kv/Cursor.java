package dev.penstock.storage.kv;

/**
 * Walks a range in rising order of key. Stands on a row while {@link #isValid()}. Reports damage met on the way as an
 * exception, never as an early end. One thread; close it before its view.
 */
public interface Cursor extends AutoCloseable {

    boolean isValid();

    /** Not to be changed. */
    byte[] key();

    /** Not to be changed. */
    byte[] value();

    void next();

    /** Goes to the first row at or after the key, which must lie within the range; backwards is allowed. */
    void seek(byte[] key);

    @Override
    void close();
}
