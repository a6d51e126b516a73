package dev.penstock.storage.kv;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The twin of the RocksDB store for tests: two sorted maps, copied on the first write after a view was opened. */
public final class InMemoryStore implements KeyValueStore {

    private static final String CHECKPOINT_FILE = "rows";

    private NavigableMap<byte[], byte[]> state = newMap();
    private NavigableMap<byte[], byte[]> log = newMap();
    private boolean shared;
    private boolean closed;
    private int openViews;

    private static NavigableMap<byte[], byte[]> newMap() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /** Opens a checkpoint of {@link #checkpoint}. */
    public static InMemoryStore open(Path checkpoint) {
        try {
            InMemoryStore store = new InMemoryStore();
            ByteReader in =
                    new ByteReader("in-memory checkpoint", Files.readAllBytes(checkpoint.resolve(CHECKPOINT_FILE)));
            while (in.remaining() > 0) {
                store.map(in.u8() == 0 ? Space.STATE : Space.LOG).put(in.sized(), in.sized());
            }
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same rows, from here on on their own: a checkpoint without a disk. */
    public synchronized InMemoryStore copy() {
        requireOpen();
        shared = true;
        InMemoryStore copy = new InMemoryStore();
        copy.state = state;
        copy.log = log;
        copy.shared = true;
        return copy;
    }

    @Override
    public synchronized byte @Nullable [] get(Space space, byte[] key) {
        requireOpen();
        return map(space).get(key);
    }

    @Override
    public synchronized Cursor cursor(Space space, KeyRange range) {
        requireOpen();
        return new MapCursor(map(space), range, () -> {});
    }

    @Override
    public synchronized @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
        requireOpen();
        return floor(map(space), key, lowest);
    }

    private static @Nullable Row floor(NavigableMap<byte[], byte[]> map, byte[] key, byte[] lowest) {
        Map.Entry<byte[], byte[]> found = map.floorEntry(key);
        boolean inside = found != null && Arrays.compareUnsigned(found.getKey(), lowest) >= 0;
        return inside && found != null ? new Row(found.getKey(), found.getValue()) : null;
    }

    @Override
    public synchronized ReadView openView() {
        requireOpen();
        shared = true;
        openViews++;
        return new View(state, log);
    }

    @Override
    public synchronized void write(Changes changes) {
        requireOpen();
        unshare();
        for (Changes.Change change : changes.list()) {
            byte[] value = change.value();
            if (value == null) {
                map(change.space()).remove(change.key());
            } else {
                map(change.space()).put(change.key().clone(), value.clone());
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void checkpoint(Path directory) {
        requireOpen();
        ByteWriter out = new ByteWriter(1024);
        state.forEach((key, value) -> out.u8(0).sized(key).sized(value));
        log.forEach((key, value) -> out.u8(1).sized(key).sized(value));
        try {
            Files.createDirectory(directory);
            Files.write(directory.resolve(CHECKPOINT_FILE), out.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** At once, and all of it: whoever still asks for such a row is found out. */
    @Override
    public synchronized void reclaim(Space space, KeyRange range) {
        requireOpen();
        unshare();
        map(space).subMap(range.from(), true, range.to(), false).clear();
    }

    @Override
    public synchronized void close() {
        if (!closed && openViews > 0) {
            throw new StoreFailedException("expected all views to be closed, but " + openViews + " are open");
        }
        closed = true;
    }

    private void unshare() {
        if (shared) {
            state = new TreeMap<>(state);
            log = new TreeMap<>(log);
            shared = false;
        }
    }

    private NavigableMap<byte[], byte[]> map(Space space) {
        return space == Space.STATE ? state : log;
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreFailedException("expected an open store, but it is closed");
        }
    }

    private final class View implements ReadView {
        private final NavigableMap<byte[], byte[]> viewState;
        private final NavigableMap<byte[], byte[]> viewLog;
        private int openCursors;
        private boolean viewClosed;

        View(NavigableMap<byte[], byte[]> viewState, NavigableMap<byte[], byte[]> viewLog) {
            this.viewState = viewState;
            this.viewLog = viewLog;
        }

        private NavigableMap<byte[], byte[]> viewMap(Space space) {
            if (viewClosed) {
                throw new IllegalStateException("expected an open view, but it is closed");
            }
            return space == Space.STATE ? viewState : viewLog;
        }

        @Override
        public byte @Nullable [] get(Space space, byte[] key) {
            return viewMap(space).get(key);
        }

        @Override
        public Cursor cursor(Space space, KeyRange range) {
            openCursors++;
            return new MapCursor(viewMap(space), range, () -> openCursors--);
        }

        @Override
        public @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
            return InMemoryStore.floor(viewMap(space), key, lowest);
        }

        @Override
        public void close() {
            if (openCursors > 0) {
                throw new IllegalStateException("expected the cursors of a view to be closed before it");
            }
            if (!viewClosed) {
                viewClosed = true;
                synchronized (InMemoryStore.this) {
                    openViews--;
                }
            }
        }
    }

    private static final class MapCursor implements Cursor {
        private final NavigableMap<byte[], byte[]> rows;
        private final KeyRange range;
        private final Runnable onClose;
        private Map.@Nullable Entry<byte[], byte[]> row;
        private boolean cursorClosed;

        MapCursor(NavigableMap<byte[], byte[]> rows, KeyRange range, Runnable onClose) {
            this.rows = rows;
            this.range = range;
            this.onClose = onClose;
            seek(range.from());
        }

        @Override
        public boolean isValid() {
            return row != null;
        }

        @Override
        public byte[] key() {
            return current().getKey();
        }

        @Override
        public byte[] value() {
            return current().getValue();
        }

        @Override
        public void next() {
            settle(rows.higherEntry(current().getKey()));
        }

        @Override
        public void seek(byte[] key) {
            settle(rows.ceilingEntry(key));
        }

        @Override
        public void close() {
            if (!cursorClosed) {
                cursorClosed = true;
                row = null;
                onClose.run();
            }
        }

        private void settle(Map.@Nullable Entry<byte[], byte[]> found) {
            row = found != null && range.isBelowEnd(found.getKey()) ? found : null;
        }

        private Map.Entry<byte[], byte[]> current() {
            if (row == null) {
                throw new IllegalStateException("expected a cursor on a row, but it is at its end");
            }
            return row;
        }
    }
}
