package dev.penstock.storage.kv;

import java.nio.file.Path;

class InMemoryStoreTest extends StoreContract {

    @Override
    protected KeyValueStore open(Path where) {
        return new InMemoryStore();
    }

    @Override
    protected KeyValueStore openCheckpoint(Path where) {
        return InMemoryStore.open(where);
    }
}
