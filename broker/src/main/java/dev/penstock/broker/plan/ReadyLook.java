package dev.penstock.broker.plan;

/**
 * How far an ordered group's ready messages were looked at. Those that others hold back may be more than one plan looks at,
 * and must not hide what is free behind them: the next plan goes on where this one ended. One thread.
 */
final class ReadyLook {

    private long from;
    private long since;

    /** Where the next plan begins. */
    long from() {
        return from;
    }

    /** A plan ended before it had seen all, though it had room. */
    void endedAt(long offset, long appliedIndex) {
        if (from == 0) {
            since = appliedIndex;
        }
        from = offset;
    }

    /** All was seen; true if what earlier plans saw may have changed since. */
    boolean isStale(long appliedIndex) {
        boolean stale = from > 0 && appliedIndex > since;
        from = 0;
        return stale;
    }

    /** From the first one on again. */
    void restart() {
        from = 0;
    }
}
