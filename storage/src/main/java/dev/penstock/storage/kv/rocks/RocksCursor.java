package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader.Row;
import dev.penstock.storage.kv.Space;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A RocksDB iterator with native bounds: without them it would walk over the tombstones of the next tables to find a row
 * that is not asked for. An iterator that meets damage just ends: so each end is followed by a look at its status.
 */
final class RocksCursor implements Cursor {

    private final RocksStore store;
    private final Slice upper;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private final Runnable onClose;
    private byte @Nullable [] key;
    private boolean closed;

    /** @param options copied, since the bounds are this cursor's own */
    RocksCursor(RocksStore store, Space space, ReadOptions options, KeyRange range, Runnable onClose) {
        this.store = store;
        this.upper = new Slice(range.to());
        this.options = new ReadOptions(options).setIterateUpperBound(upper);
        this.iterator = store.iterator(space, this.options);
        this.onClose = onClose;
        seek(range.from());
    }

    static @Nullable Row floor(RocksStore store, Space space, ReadOptions options, byte[] key, byte[] lowest) {
        try (Slice lower = new Slice(lowest);
                ReadOptions bounded = new ReadOptions(options).setIterateLowerBound(lower);
                RocksIterator iterator = store.iterator(space, bounded)) {
            iterator.seekForPrev(key);
            if (iterator.isValid()) {
                return new Row(iterator.key(), iterator.value());
            }
            iterator.status();
            return null;
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
            // The bound outlives the iterator, or RocksDB would read freed memory.
            iterator.close();
            options.close();
            upper.close();
            onClose.run();
        }
    }

    private void settle() {
        key = null;
        if (iterator.isValid()) {
            key = iterator.key();
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
