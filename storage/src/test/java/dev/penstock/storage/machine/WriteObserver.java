package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.ReadView;
import dev.penstock.storage.kv.Space;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store that tells of each write before it does it; the telling may fail. */
record WriteObserver(KeyValueStore store, Consumer<Changes> onWrite) implements KeyValueStore {

    @Override
    public byte @Nullable [] get(Space space, byte[] key) {
        return store.get(space, key);
    }

    @Override
    public Cursor cursor(Space space, KeyRange range) {
        return store.cursor(space, range);
    }

    @Override
    public @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
        return store.floor(space, key, lowest);
    }

    @Override
    public ReadView openView() {
        return store.openView();
    }

    @Override
    public void write(Changes changes) {
        onWrite.accept(changes);
        store.write(changes);
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public void reclaim(Space space, KeyRange range) {
        store.reclaim(space, range);
    }

    @Override
    public void checkpoint(Path directory) {
        store.checkpoint(directory);
    }

    @Override
    public void close() {
        store.close();
    }
}
