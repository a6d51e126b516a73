package dev.penstock.broker.config;

/** Memory and disk of the store. */
public record StorageSettings(
        @Setting(
                key = "block_cache",
                doc = "Memory for blocks read from disk. Raise it if many groups read old events.",
                fallback = "64MiB",
                atLeast = "8MiB",
                atMost = "64GiB")
        long blockCacheBytes,

        @Setting(
                key = "write_buffers",
                doc = "Memory for events not yet in the database's files; bounds what a restart replays.",
                fallback = "64MiB",
                atLeast = "8MiB",
                atMost = "4GiB")
        long writeBufferBytes,

        @Setting(
                key = "snapshot_bytes",
                doc = "A snapshot is taken after this much new log.",
                fallback = "256MiB",
                atLeast = "1MiB",
                atMost = "64GiB")
        long snapshotBytes,

        @Setting(
                key = "snapshot_interval",
                doc = "A snapshot is taken at least this often if anything changed.",
                fallback = "5m",
                atLeast = "1s",
                atMost = "24h")
        long snapshotIntervalMillis,

        @Setting(
                key = "preserve_log_bytes",
                doc = "Raft log kept behind the newest snapshot, so that a node that was away for a short time needs no"
                        + " snapshot. Read at each start.",
                fallback = "1GiB",
                atLeast = "1MiB",
                atMost = "64GiB")
        long preserveLogBytes,

        @Setting(
                key = "min_free",
                doc = "Below this much free space a leader takes no new events, below half of it a node takes no"
                        + " snapshot. Leases, acks and reads go on. Ends by itself when there is more.",
                fallback = "1GiB",
                atLeast = "16MiB",
                atMost = "1TiB")
        long minFreeBytes) {}
