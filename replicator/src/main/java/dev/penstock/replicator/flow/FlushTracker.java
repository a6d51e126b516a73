package dev.penstock.replicator.flow;

import dev.penstock.storage.model.Lsn;

/** Which LSN may be confirmed to Postgres, and which was. Neither ever moves backwards. One thread. */
final class FlushTracker {

    private Lsn durable;
    private Lsn confirmed;

    /** @param bound what the log says may be confirmed */
    FlushTracker(Lsn bound) {
        this.durable = bound;
        this.confirmed = Lsn.ZERO;
    }

    /** A committed entry holds everything up to here. */
    void stored(Lsn end) {
        durable = durable.max(end);
    }

    void confirmed(Lsn lsn) {
        if (lsn.isAfter(durable)) {
            throw new IllegalStateException("expected to confirm at most " + durable + ", but it was " + lsn);
        }
        confirmed = confirmed.max(lsn);
    }

    Lsn durable() {
        return durable;
    }

    Lsn confirmed() {
        return confirmed;
    }

    boolean moved() {
        return durable.isAfter(confirmed);
    }
}
