package dev.penstock.storage.kv;

/** The two key spaces of a store (column families of RocksDB). */
public enum Space {
    /** Batches as the replicator made them: large values, appended, never changed. */
    LOG,
    /** Everything else: small rows, covered by the state digest. */
    STATE
}
