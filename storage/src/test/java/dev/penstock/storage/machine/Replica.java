package dev.penstock.storage.machine;

import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A machine over a store that can be thrown away and begun again from its last checkpoint, with the log fed again. */
final class Replica implements AutoCloseable {

    /** One entry of the log; no bytes = one of Raft's own. */
    record Logged(long term, long index, byte @Nullable [] bytes) {}

    interface Stores {
        KeyValueStore open(Path directory);
    }

    /** Stands between the log and the machine: for sabotage. */
    interface Feed {
        Applied apply(Machine machine, long term, long index, byte[] entry);
    }

    private final String name;
    private final Path root;
    private final Stores stores;
    private final Transaction.Checks checks;
    private final Feed feed;
    private KeyValueStore store;
    private Machine machine;
    private final List<Logged> sinceCheckpoint = new ArrayList<>();
    private @Nullable Path checkpoint;
    private int places;

    Replica(String name, Path root, Stores stores, Transaction.Checks checks, Feed feed) {
        this.name = name;
        this.root = root;
        this.stores = stores;
        this.checks = checks;
        this.feed = feed;
        this.store = stores.open(place());
        this.machine = new Machine(store, checks);
    }

    private Path place() {
        return root.resolve(name + "-" + places++);
    }

    Machine machine() {
        return machine;
    }

    KeyValueStore store() {
        return store;
    }

    @Nullable
    Applied feed(Logged logged) {
        sinceCheckpoint.add(logged);
        return feedOnly(logged);
    }

    private @Nullable Applied feedOnly(Logged logged) {
        byte[] bytes = logged.bytes();
        if (bytes == null) {
            machine.skip(logged.term(), logged.index());
            return null;
        }
        return feed.apply(machine, logged.term(), logged.index(), bytes);
    }

    void checkpoint() {
        Path next = place();
        machine.checkpoint(next);
        if (checkpoint != null) {
            deleteTree(checkpoint);
        }
        checkpoint = next;
        sinceCheckpoint.clear();
    }

    /** As after a crash: what was written since the checkpoint is gone, and comes again from the log. */
    void restart() {
        if (checkpoint == null) {
            return;
        }
        Path running = place();
        copyTree(checkpoint, running);
        store.close();
        store = stores.open(running);
        machine = new Machine(store, checks);
        for (Logged logged : sinceCheckpoint) {
            feedOnly(logged);
        }
    }

    @Override
    public void close() {
        store.close();
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.toList();
            for (int i = all.size() - 1; i >= 0; i--) {
                Files.delete(all.get(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
