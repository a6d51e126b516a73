package dev.penstock.replicator.flow;

import dev.penstock.storage.model.Lsn;

/**
 * Reads one source and appends its changes to the log, on one thread of its own, from {@link #start()} to
 * {@link #close()}. Runs on the leader only.
 */
public final class Replicator implements AutoCloseable {

    private final SourceConfig config;

    /** @param term Raft term of this leader: a higher one takes the slot over from a lower one */
    public Replicator(SourceConfig config, SourceLog log, long term) {
        this.config = config;
    }

    public void start() {}

    /** From any thread. */
    public SourceStatus status() {
        return new SourceStatus(
                config.name(), SourceStatus.State.IDLE, "ok", "", Lsn.ZERO, Lsn.ZERO, Lsn.ZERO, -1, 0, false);
    }

    /** Returns within about a second; gives the connection up without draining it. */
    @Override
    public void close() {}
}
