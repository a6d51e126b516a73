package dev.penstock.storage.model;

import java.util.List;

/**
 * What can be known of a batch without its index and bodies.
 *
 * @param source name of the source
 * @param database name of the source's database
 * @param previous position of the event before {@code first} in the source's log: the compare of compare-and-append
 * @param endLsn end LSN of the last transaction that this batch completes; {@link Lsn#ZERO} if it completes none
 * @param lastInTransaction true if the last event ends its transaction
 * @param maxCommitMicros largest commit time of its events, microseconds since 1970 UTC
 * @param routes the routes its events use, numbered by their place in this list
 */
public record BatchHeader(
        String source,
        String database,
        SourcePosition previous,
        SourcePosition first,
        SourcePosition last,
        Lsn endLsn,
        boolean lastInTransaction,
        int eventCount,
        long maxCommitMicros,
        List<Route> routes) {
    public BatchHeader {
        routes = List.copyOf(routes);
    }
}
