package dev.penstock.storage.kv.rocks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The native options of one store, and their end: closed after the database, the last made first. What they serve, a state
 * that the Raft log repeats after a crash: docs/architecture.md, "State".
 */
final class RocksOptions implements AutoCloseable {

    /** STATE is the default column family, which every RocksDB has: so there are exactly two. */
    static final byte[] STATE_FAMILY = RocksDB.DEFAULT_COLUMN_FAMILY;

    static final byte[] LOG_FAMILY = {'l', 'o', 'g'};

    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Cache cache;
    private final DBOptions database;
    private final List<ColumnFamilyDescriptor> families;

    RocksOptions(RocksTuning tuning, AbstractEventListener listener) {
        cache = own(new LRUCache(tuning.blockCacheBytes() + tuning.writeBufferLimitBytes()));
        database = databaseOptions(tuning, listener);
        families = List.of(
                new ColumnFamilyDescriptor(STATE_FAMILY, stateOptions(tuning)),
                new ColumnFamilyDescriptor(LOG_FAMILY, logOptions(tuning)));
    }

    DBOptions database() {
        return database;
    }

    List<ColumnFamilyDescriptor> families() {
        return families;
    }

    Cache cache() {
        return cache;
    }

    private DBOptions databaseOptions(RocksTuning tuning, AbstractEventListener listener) {
        WriteBufferManager writeBuffers = own(new WriteBufferManager(tuning.writeBufferLimitBytes(), cache));
        own(listener);
        return own(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // Both spaces reach the disk together, or a write would be torn: there is no write-ahead log to mend
                // it.
                .setAtomicFlush(true)
                .setEnablePipelinedWrite(false)
                .setWriteBufferManager(writeBuffers)
                .setListeners(List.of(listener))
                .setParanoidChecks(true)
                .setMaxOpenFiles(-1)
                .setMaxBackgroundJobs(tuning.maxBackgroundJobs())
                .setBytesPerSync(MIB)
                .setAvoidUnnecessaryBlockingIO(true)
                .setMaxManifestFileSize(64 * MIB)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(4 * MIB)
                .setKeepLogFileNum(3)
                .setStatsDumpPeriodSec(0);
    }

    private ColumnFamilyOptions stateOptions(RocksTuning tuning) {
        BlockBasedTableConfig table =
                tableConfig().setFilterPolicy(own(new BloomFilter(10))).setBlockSize(8 * KIB);
        return own(new ColumnFamilyOptions())
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(tuning.stateWriteBufferBytes())
                .setMaxWriteBufferNumber(tuning.maxWriteBuffers());
    }

    /**
     * Batches are written in rising order and never changed: no filter, no compression (they are compressed), and nothing
     * that would rewrite a file which could just be moved to the next level.
     */
    private ColumnFamilyOptions logOptions(RocksTuning tuning) {
        return own(new ColumnFamilyOptions())
                .setTableFormatConfig(tableConfig().setBlockSize(64 * KIB))
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(tuning.logWriteBufferBytes())
                .setMaxWriteBufferNumber(tuning.maxWriteBuffers())
                .setTargetFileSizeBase(128 * MIB)
                .setMaxBytesForLevelBase(1024 * MIB)
                .setLevel0FileNumCompactionTrigger(4)
                .setLevel0SlowdownWritesTrigger(40)
                .setLevel0StopWritesTrigger(80)
                .setTtl(0)
                .setPeriodicCompactionSeconds(0);
    }

    private BlockBasedTableConfig tableConfig() {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
    }

    <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("expected a native option to close", e);
            }
        }
    }
}
