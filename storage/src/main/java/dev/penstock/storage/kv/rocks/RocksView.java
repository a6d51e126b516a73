package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.ReadView;
import dev.penstock.storage.kv.Space;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** A snapshot of the database. One thread. Closing it twice is harmless. */
final class RocksView implements ReadView {

    private final RocksStore store;
    private final RocksDB database;
    private final Runnable onClose;
    private final Snapshot snapshot;
    private final ReadOptions stateReads;
    private final ReadOptions logReads;
    private int openCursors;
    private boolean closed;

    RocksView(RocksStore store, RocksDB database, Runnable onClose) {
        this.store = store;
        this.database = database;
        this.onClose = onClose;
        this.snapshot = database.getSnapshot();
        this.stateReads = new ReadOptions().setSnapshot(snapshot);
        this.logReads = new ReadOptions().setSnapshot(snapshot).setFillCache(false);
    }

    @Override
    public byte @Nullable [] get(Space space, byte[] key) {
        requireOpen();
        try {
            return database.get(store.family(space), options(space), key);
        } catch (RocksDBException e) {
            throw store.fatal("read a row", e);
        }
    }

    @Override
    public Cursor cursor(Space space, KeyRange range) {
        requireOpen();
        openCursors++;
        return new RocksCursor(store, space, options(space), range, () -> openCursors--);
    }

    @Override
    public @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
        requireOpen();
        return RocksCursor.floor(store, space, options(space), key, lowest);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (openCursors > 0) {
            throw new IllegalStateException(
                    "expected the cursors of a view to be closed before it, but " + openCursors + " are open");
        }
        closed = true;
        stateReads.close();
        logReads.close();
        database.releaseSnapshot(snapshot);
        snapshot.close();
        onClose.run();
    }

    private ReadOptions options(Space space) {
        return space == Space.STATE ? stateReads : logReads;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("expected an open view, but it is closed");
        }
    }
}
