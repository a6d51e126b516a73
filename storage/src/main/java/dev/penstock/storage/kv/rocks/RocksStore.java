package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.ReadView;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.StoreFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A store on RocksDB. Without a write-ahead log: what is not flushed is lost in a crash, whole writes from the end, and
 * the Raft log repeats them. Any failure is told to {@code onFatal}, which is expected to end the process. Reads from any
 * thread, writes from one; checkpoints beside both.
 */
public final class RocksStore implements KeyValueStore {

    static {
        RocksDB.loadLibrary();
    }

    private final RocksDB database;
    private final RocksOptions options;
    private final List<ColumnFamilyHandle> families;
    private final ReadOptions plainReads = new ReadOptions();
    private final ReadOptions logReads = new ReadOptions().setFillCache(false);
    private final WriteOptions writes = new WriteOptions().setDisableWAL(true);
    private final OpenGate gate = new OpenGate();
    private final OpenViews views = new OpenViews();
    private final boolean readOnly;
    private final Consumer<Throwable> onFatal;

    private RocksStore(
            RocksDB database,
            RocksOptions options,
            List<ColumnFamilyHandle> families,
            boolean readOnly,
            Consumer<Throwable> onFatal) {
        this.database = database;
        this.options = options;
        this.families = families;
        this.readOnly = readOnly;
        this.onFatal = onFatal;
    }

    /**
     * Opens or creates the store in the directory.
     *
     * @param onFatal told of every failure, on any thread, RocksDB's own included: it must not block
     */
    public static RocksStore open(Path directory, RocksTuning tuning, Consumer<Throwable> onFatal) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StoreFailedException("expected to create " + directory + "; check its owner and free space", e);
        }
        return open(directory, tuning, onFatal, false);
    }

    /** For a checkpoint: changes no file of it. */
    public static RocksStore openReadOnly(Path directory, RocksTuning tuning) {
        return open(directory, tuning, ignored -> {}, true);
    }

    private static RocksStore open(Path directory, RocksTuning tuning, Consumer<Throwable> onFatal, boolean readOnly) {
        RocksOptions options = new RocksOptions(tuning, new FatalListener(onFatal));
        List<ColumnFamilyHandle> families = new ArrayList<>();
        try {
            RocksDB database = readOnly
                    ? RocksDB.openReadOnly(options.database(), directory.toString(), options.families(), families)
                    : RocksDB.open(options.database(), directory.toString(), options.families(), families);
            return new RocksStore(database, options, List.copyOf(families), readOnly, onFatal);
        } catch (RocksDBException e) {
            options.close();
            throw new StoreFailedException(
                    "expected a store in " + directory + ", but RocksDB says: " + e.getMessage()
                            + "; restore it from a healthy node",
                    e);
        }
    }

    @Override
    public byte @Nullable [] get(Space space, byte[] key) {
        gate.enter();
        try {
            return database.get(family(space), readOptions(space), key);
        } catch (RocksDBException e) {
            throw fatal("read a row", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public Cursor cursor(Space space, KeyRange range) {
        gate.enter();
        return new RocksCursor(this, space, readOptions(space), range, gate::leave);
    }

    @Override
    public @Nullable Row floor(Space space, byte[] key, byte[] lowest) {
        gate.enter();
        try {
            return RocksCursor.floor(this, space, readOptions(space), key, lowest);
        } finally {
            gate.leave();
        }
    }

    @Override
    public ReadView openView() {
        gate.enter();
        long number = views.opened();
        return new RocksView(this, database, () -> {
            views.closed(number);
            gate.leave();
        });
    }

    @Override
    public void write(Changes changes) {
        gate.enter();
        byte[] encoded = WriteBatchBytes.encode(changes, family(Space.LOG).getID());
        try (WriteBatch batch = new WriteBatch(encoded)) {
            if (readOnly) {
                throw new IllegalStateException("expected no write to a store opened for reading");
            }
            database.write(writes, batch);
        } catch (RocksDBException e) {
            throw fatal("write", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void flush() {
        gate.enter();
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            database.flush(waiting, families);
        } catch (RocksDBException e) {
            throw fatal("flush", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void checkpoint(Path directory) {
        gate.enter();
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(directory.toString());
            DirectorySync.syncTree(directory);
        } catch (RocksDBException e) {
            throw fatal("make a checkpoint in " + directory, e);
        } catch (IOException e) {
            throw fatal("sync the checkpoint in " + directory, e);
        } finally {
            gate.leave();
        }
    }

    /**
     * Drops whole table files, which costs next to nothing; markers of deletion would have every file rewritten. What shares a
     * file with other rows goes when those do. RocksDB drops files under open snapshots too: hence the wait for views.
     */
    @Override
    public void reclaim(Space space, KeyRange range) {
        gate.enter();
        try {
            for (OpenViews.Unseen unseen : views.unseen(space, range)) {
                database.deleteFilesInRanges(
                        family(unseen.space()),
                        List.of(unseen.range().from(), unseen.range().to()),
                        false);
            }
        } catch (RocksDBException e) {
            throw fatal("give back space", e);
        } finally {
            gate.leave();
        }
    }

    /** Reads every block of every file and checks its checksum; slow, for repair and scrubbing. */
    public void verifyChecksums() {
        gate.enter();
        try {
            database.verifyChecksum();
        } catch (RocksDBException e) {
            throw fatal("verify its checksums", e);
        } finally {
            gate.leave();
        }
    }

    /** True if the failure says that bytes are not what was written: no retry helps, only another copy of them. */
    public static boolean isCorruption(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            boolean ofStore = cause instanceof StoreFailedException || cause instanceof RocksDBException;
            if (ofStore && String.valueOf(cause.getMessage()).contains("Corruption")) {
                return true;
            }
        }
        return false;
    }

    /**
     * What the store takes, for metrics.
     *
     * @param memtableBytes all memtables, the one being flushed included
     * @param cacheBytes the shared cache, memtables charged to it included
     * @param diskBytes table files, obsolete ones that are still held included
     */
    public record Usage(long memtableBytes, long cacheBytes, long diskBytes, long runningCompactions) {}

    public Usage usage() {
        gate.enter();
        try {
            return new Usage(
                    property("rocksdb.size-all-mem-tables"),
                    options.cache().getUsage(),
                    property("rocksdb.total-sst-files-size"),
                    database.getLongProperty("rocksdb.num-running-compactions"));
        } catch (RocksDBException e) {
            throw fatal("tell its usage", e);
        } finally {
            gate.leave();
        }
    }

    private long property(String name) throws RocksDBException {
        return database.getAggregatedLongProperty(name);
    }

    /** Stops background work, flushes both spaces in one, then frees: handles, database, options, caches. */
    @Override
    public void close() {
        if (!gate.close()) {
            return;
        }
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            if (!readOnly) {
                database.flush(waiting, families);
            }
            database.cancelAllBackgroundWork(true);
        } catch (RocksDBException e) {
            throw fatal("flush at its close", e);
        } finally {
            free();
        }
    }

    private void free() {
        plainReads.close();
        logReads.close();
        writes.close();
        families.forEach(ColumnFamilyHandle::close);
        try {
            database.closeE();
        } catch (RocksDBException e) {
            throw fatal("close", e);
        } finally {
            options.close();
        }
    }

    RocksIterator iterator(Space space, ReadOptions reads) {
        return database.newIterator(family(space), reads);
    }

    ColumnFamilyHandle family(Space space) {
        return families.get(space == Space.STATE ? 0 : 1);
    }

    private ReadOptions readOptions(Space space) {
        return space == Space.STATE ? plainReads : logReads;
    }

    StoreFailedException fatal(String verb, Exception cause) {
        StoreFailedException failure =
                new StoreFailedException("expected the store to " + verb + ", but: " + cause.getMessage(), cause);
        onFatal.accept(failure);
        return failure;
    }

    private static final class FatalListener extends AbstractEventListener {
        private final Consumer<Throwable> onFatal;

        FatalListener(Consumer<Throwable> onFatal) {
            super(EnabledEventCallback.ON_BACKGROUND_ERROR);
            this.onFatal = onFatal;
        }

        @Override
        public void onBackgroundError(BackgroundErrorReason reason, Status status) {
            onFatal.accept(new StoreFailedException("expected RocksDB's background work to succeed, but " + reason
                    + " failed: " + status.getCodeString() + " " + status.getState()));
        }
    }
}
