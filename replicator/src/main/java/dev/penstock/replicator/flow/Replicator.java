package dev.penstock.replicator.flow;

import dev.penstock.replicator.postgres.PgServer;
import dev.penstock.replicator.postgres.PgSettings;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * Reads one source and appends its changes to the log, on one thread of its own, from {@link #start()} to
 * {@link #close()}. Runs on the leader only; each leadership makes a new one.
 */
public final class Replicator implements AutoCloseable {

    private static final long CLOSE_MILLIS = 1_000;

    /** Looks again after this long even if nothing wakes it. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final PgServer server;
    private final SourceLoop loop;
    private final Thread thread;
    private volatile boolean closed;

    /** @param term Raft term of this leader: a higher one takes the slot over from a lower one */
    public Replicator(SourceConfig config, SourceLog log, long term) {
        this.server = new PgServer(settings(config, term));
        this.thread = new Thread(this::run, "penstock-source-" + config.name());
        this.thread.setDaemon(true);
        this.loop = new SourceLoop(
                config,
                log,
                server,
                term,
                Clock.systemUTC(),
                RandomGenerator.getDefault(),
                () -> LockSupport.unpark(thread));
    }

    static PgSettings settings(SourceConfig config, long term) {
        return new PgSettings(
                config.jdbcUrl(),
                config.user(),
                config.password(),
                ReaderName.of(config.clusterId(), config.nodeId(), term).toString(),
                config.slot(),
                config.publication(),
                config.limits().walSenderTimeoutMillis());
    }

    public void start() {
        thread.start();
    }

    /** From any thread. */
    public SourceStatus status() {
        return loop.status();
    }

    /** Returns within about a second; gives the connection up without draining it. */
    @Override
    public void close() {
        closed = true;
        loop.closing();
        server.abort();
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            long waitNanos = loop.step(System.nanoTime());
            if (waitNanos > 0 && !closed) {
                LockSupport.parkNanos(this, Math.min(waitNanos, LONGEST_WAIT_NANOS));
            }
        }
    }
}
