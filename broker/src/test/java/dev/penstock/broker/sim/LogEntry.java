package dev.penstock.broker.sim;

import dev.penstock.broker.raft.SimulatedRaft.Handed;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the made-up Raft's log, the same object in all logs that hold it.
 *
 * @param content nothing for a leader's start-up entry
 * @param proposer the process that proposed it; only there does the handed entry come back
 * @param stampedNanos true time at which it was stamped
 */
record LogEntry(
        long term,
        long index,
        byte @Nullable [] content,
        @Nullable Object proposer,
        @Nullable Handed handed,
        @Nullable CompletableFuture<@Nullable Void> ended,
        long stampedNanos) {}
