package dev.penstock.replicator.flow;

import dev.penstock.storage.model.Lsn;

/**
 * What the replicator of one source is doing, for health, status and metrics. Written by its thread, read by any.
 *
 * @param code stable, for programs: {@code ok}, or what is wrong, e.g. {@code slot_missing}, {@code unreachable}
 * @param detail one sentence with the remedy; empty while ok
 * @param durable end LSN of the last transaction wholly held by a quorum
 * @param confirmed LSN last reported to Postgres as flushed
 * @param serverEnd the server's WAL end as last heard
 * @param retainedWalBytes WAL the slot holds back on the server, -1 if unknown
 * @param lastCommitMicros commit time of the last stored event, microseconds since 1970 UTC, 0 if none
 * @param caughtUp true if nothing was pending when the server was last heard
 */
public record SourceStatus(
        String source,
        State state,
        String code,
        String detail,
        Lsn durable,
        Lsn confirmed,
        Lsn serverEnd,
        long retainedWalBytes,
        long lastCommitMicros,
        boolean caughtUp) {

    public enum State {
        IDLE,
        CONNECTING,
        STREAMING,
        /** Will be tried again by itself. */
        RETRYING,
        /** Waits for an operator. */
        STOPPED
    }

    public long lagBytes() {
        return serverEnd.isAfter(durable) ? serverEnd.minus(durable) : 0;
    }
}
