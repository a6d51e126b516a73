package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader.Row;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A RocksDB iterator within bounds that are kept in Java. An iterator that meets damage just ends: so each end is
 * followed by a look at its status.
 */
final class RocksCursor implements Cursor {

    private final RocksStore store;
    private final RocksIterator iterator;
    private final KeyRange range;
    private final Runnable onClose;
    private byte @Nullable [] key;
    private boolean closed;

    RocksCursor(RocksStore store, RocksIterator iterator, KeyRange range, Runnable onClose) {
        this.store = store;
        this.iterator = iterator;
        this.range = range;
        this.onClose = onClose;
        seek(range.from());
    }

    /** Closes the iterator. */
    static @Nullable Row floor(RocksStore store, RocksIterator iterator, byte[] key, byte[] lowest) {
        try (iterator) {
            iterator.seekForPrev(key);
            if (!iterator.isValid()) {
                iterator.status();
                return null;
            }
            byte[] found = iterator.key();
            return Arrays.compareUnsigned(found, lowest) < 0 ? null : new Row(found, iterator.value());
        } catch (RocksDBException e) {
            throw store.fatal("read a row", e);
        }
    }

    @Override
    public boolean isValid() {
        return key != null;
    }

    @Override
    public byte[] key() {
        return valid();
    }

    @Override
    public byte[] value() {
        valid();
        return iterator.value();
    }

    @Override
    public void next() {
        valid();
        iterator.next();
        settle();
    }

    @Override
    public void seek(byte[] target) {
        iterator.seek(target);
        settle();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            key = null;
            iterator.close();
            onClose.run();
        }
    }

    private void settle() {
        key = null;
        if (iterator.isValid()) {
            byte[] found = iterator.key();
            key = range.isBelowEnd(found) ? found : null;
            return;
        }
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw store.fatal("walk its rows", e);
        }
    }

    private byte[] valid() {
        if (key == null) {
            throw new IllegalStateException("expected a cursor on a row, but it is at its end");
        }
        return key;
    }
}
