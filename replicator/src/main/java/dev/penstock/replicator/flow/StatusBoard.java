package dev.penstock.replicator.flow;

import dev.penstock.storage.model.Lsn;

/** Keeps the one {@link SourceStatus} up to date. Written by the replicator's thread, read by any. */
final class StatusBoard {

    private volatile SourceStatus status;

    StatusBoard(String source) {
        this.status =
                new SourceStatus(source, SourceStatus.State.IDLE, "ok", "", Lsn.ZERO, Lsn.ZERO, Lsn.ZERO, -1, 0, false);
    }

    SourceStatus status() {
        return status;
    }

    /** Another state; what is known of the positions stays. */
    void state(SourceStatus.State state, String code, String detail) {
        SourceStatus was = status;
        status = new SourceStatus(
                was.source(),
                state,
                code,
                detail,
                was.durable(),
                was.confirmed(),
                was.serverEnd(),
                was.retainedWalBytes(),
                was.lastCommitMicros(),
                false);
    }

    void streaming(
            FlushTracker flushed, Lsn serverEnd, long retainedWalBytes, long lastCommitMicros, boolean caughtUp) {
        SourceStatus was = status;
        status = new SourceStatus(
                was.source(),
                SourceStatus.State.STREAMING,
                "ok",
                "",
                flushed.durable(),
                flushed.confirmed(),
                serverEnd,
                retainedWalBytes,
                Math.max(was.lastCommitMicros(), lastCommitMicros),
                caughtUp);
    }
}
