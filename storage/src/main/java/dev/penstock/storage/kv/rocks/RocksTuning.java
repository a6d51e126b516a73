package dev.penstock.storage.kv.rocks;

/**
 * The memory and work that a store may take. RocksDB holds at most about {@code blockCacheBytes + writeBufferLimitBytes}:
 * memtables, data, index and filter blocks are all charged to one cache of that size.
 *
 * @param blockCacheBytes for blocks read from disk
 * @param stateWriteBufferBytes one memtable of the STATE space
 * @param logWriteBufferBytes one memtable of the LOG space
 * @param maxWriteBuffers memtables of each space, the one being written included
 * @param writeBufferLimitBytes all memtables of both spaces: above it a flush begins
 * @param maxBackgroundJobs threads that flush and compact
 */
public record RocksTuning(
        long blockCacheBytes,
        long stateWriteBufferBytes,
        long logWriteBufferBytes,
        int maxWriteBuffers,
        long writeBufferLimitBytes,
        int maxBackgroundJobs) {

    private static final long MIB = 1 << 20;

    /** For a node that stays below 1 GiB in all, on two cores. */
    public static RocksTuning defaults() {
        return new RocksTuning(64 * MIB, 32 * MIB, 32 * MIB, 2, 128 * MIB, 2);
    }

    /** For tests and tools that open many stores: a few MiB each. */
    public static RocksTuning small() {
        return new RocksTuning(4 * MIB, 2 * MIB, 2 * MIB, 2, 8 * MIB, 2);
    }
}
