package dev.penstock.broker.raft;

import java.util.concurrent.CompletableFuture;

/** Asks another configured node what its data directory holds. Implemented over HTTP; by a map in tests. */
@FunctionalInterface
public interface PeerProbe {

    /** Completes exceptionally if the node did not answer. Bounded in time by the implementation. */
    CompletableFuture<PeerReport> probe(String nodeId);
}
