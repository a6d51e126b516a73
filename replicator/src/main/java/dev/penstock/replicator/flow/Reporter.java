package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.storage.model.Lsn;
import java.util.concurrent.TimeUnit;

/** Decides when the server is told how far we are, and when a silent server is given up. One thread. */
final class Reporter {

    /** Confirmations are gathered for this long. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A server that waits for an answer asks again after each one: not more often than this. */
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Longest time between two reports, whatever the server allows. */
    private static final long LONGEST_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A silent server is asked for a word this often: a connection whose other end died shows only when written to. */
    private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** And given up after this long, */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** if it left so many questions unanswered: otherwise it was this process that stood still. */
    private static final int UNANSWERED_PINGS = 10;

    private final ChangeFeed feed;
    private final FlushTracker flushed;
    private final long intervalNanos;
    private long reportedNanos;
    private boolean reported;
    private int unansweredPings;

    Reporter(ChangeFeed feed, FlushTracker flushed, long walSenderTimeoutMillis) {
        this.feed = feed;
        this.flushed = flushed;
        this.intervalNanos =
                Math.min(LONGEST_INTERVAL_NANOS, TimeUnit.MILLISECONDS.toNanos(walSenderTimeoutMillis) / 3);
    }

    /**
     * @return whether it was told now
     * @param written everything received
     * @param wanted the server asked for a report
     * @param lastHeardNanos when the server said something last
     */
    boolean report(Lsn written, boolean wanted, long lastHeardNanos, long nowNanos) throws SourceFault {
        long silence = nowNanos - lastHeardNanos;
        if (silence < PING_NANOS) {
            unansweredPings = 0;
        }
        if (silence >= SILENCE_NANOS && unansweredPings >= UNANSWERED_PINGS) {
            throw new SourceFault.Retry(
                    "connection_lost",
                    "the server answered nothing for " + TimeUnit.NANOSECONDS.toSeconds(silence)
                            + " s although it was asked every second");
        }
        long since = nowNanos - reportedNanos;
        boolean ping = silence >= PING_NANOS && since >= PING_NANOS;
        if (!reported
                || ping
                || since >= intervalNanos
                || (flushed.moved() && since >= (wanted ? 0 : GATHER_NANOS))
                || (wanted && since >= ANSWER_NANOS)) {
            feed.sendStatus(written, flushed.durable(), ping);
            flushed.confirmed(flushed.durable());
            unansweredPings += ping ? 1 : 0;
            reported = true;
            reportedNanos = nowNanos;
            return true;
        }
        return false;
    }
}
