package dev.penstock.broker.metrics;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the metrics of a node come from: each supplier is asked once per scrape, on the thread that scrapes, and may read
 * the store.
 *
 * @param groups empty on a node that does not lead
 * @param freeDiskBytes where the data directory is
 * @param diskFull whether new events are refused for it
 */
public record Samples(
        Supplier<Raft> raft,
        Supplier<List<Source>> sources,
        Supplier<List<Stream>> streams,
        Supplier<List<Group>> groups,
        Supplier<Http> http,
        LongSupplier freeDiskBytes,
        BooleanSupplier diskFull) {

    /**
     * @param leads is the leader and ready
     * @param leaderKnown knows a leader, itself or another
     */
    public record Raft(boolean leads, boolean leaderKnown, long term, long appliedIndex, long commitIndex) {}

    /**
     * A source that this node reads.
     *
     * @param lagSeconds age of the newest stored change while more is pending
     * @param retainedWalBytes negative if unknown
     */
    public record Source(
            String name, boolean streaming, boolean stopped, long lagBytes, double lagSeconds, long retainedWalBytes) {}

    /** @param endOffset offset after the last event */
    public record Stream(String name, long events, long bytes, long earliest, long endOffset) {}

    /**
     * @param oldestUnsettledSeconds 0 if everything is settled
     * @param filterFailures since this node's start
     */
    public record Group(
            String name,
            long backlog,
            long inFlight,
            long delayed,
            long ready,
            double oldestUnsettledSeconds,
            long filterFailures,
            long lostAtMost,
            long dying,
            long deadLetters) {}

    /** @param refusals since start, by limit */
    public record Http(
            Map<String, Long> refusals,
            long connections,
            long forwarded,
            long clientsGone,
            long answersGivenBack,
            long bufferedBodyBytes,
            long unsentAnswerBytes,
            long tlsReloadFailures,
            long tlsExpirySeconds) {
        public Http {
            refusals = Map.copyOf(refusals);
        }
    }
}
