/** The Postgres side: slot, pgoutput, rendering, batches, backfill. Knows nothing of Raft, RocksDB, HTTP. */
@NullMarked
package dev.penstock.replicator;

import org.jspecify.annotations.NullMarked;
