package dev.penstock.replicator.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Emits messages over a few connections of its own, each with a thread of its own, opened when there is something to send
 * and closed when there was nothing for a while. What waits is bounded. While the server cannot be reached, callers are told
 * so at once rather than one after the other in the time that connecting takes. Thread-safe, never blocks the caller.
 */
public final class MessageEmitter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MessageEmitter.class);

    /** Each commit waits for Postgres' disk; Postgres flushes those that wait together in one. */
    private static final int CONNECTIONS = 4;

    private static final int MAX_WAITING = 1_000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A connection that was idle for so long is asked whether it lives before it is trusted with messages. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** No new attempt to connect after one that failed. */
    private static final long BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private record Job(List<Emission> messages, long deadlineNanos, CompletableFuture<Integer> outcome) {}

    private record Failure(EmitFault fault, long untilNanos) {}

    private final EmitServer server;
    private final LinkedBlockingQueue<Job> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
    private final List<Thread> threads = new ArrayList<>();
    private volatile @Nullable Failure unreachable;
    private volatile boolean closed;

    public MessageEmitter(EmitServer server) {
        this.server = server;
        for (int i = 1; i <= CONNECTIONS; i++) {
            Thread thread = new Thread(this::run, "penstock-send-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /**
     * Completes with the transaction's id once it is committed, or exceptionally with {@link EmitFault}.
     *
     * @param deadlineNanos {@link System#nanoTime()} after which it is not begun any more
     */
    public CompletableFuture<Integer> emit(List<Emission> messages, long deadlineNanos) {
        Job job = new Job(List.copyOf(messages), deadlineNanos, new CompletableFuture<>());
        Failure last = unreachable;
        if (closed) {
            fail(job, "the node stops; nothing was sent");
        } else if (last != null && System.nanoTime() - last.untilNanos() < 0) {
            job.outcome().completeExceptionally(last.fault());
        } else if (!waiting.offer(job)) {
            fail(job, MAX_WAITING + " sends wait for a connection to Postgres already; nothing was sent");
        }
        return job.outcome();
    }

    private static void fail(Job job, String message) {
        job.outcome().completeExceptionally(new EmitFault(message, false, null));
    }

    private void run() {
        EmitServer.Session session = null;
        long usedNanos = System.nanoTime();
        try {
            while (!closed) {
                Job job = waiting.poll(session == null ? IDLE_NANOS * 100 : IDLE_NANOS, TimeUnit.NANOSECONDS);
                if (job == null) {
                    session = closed(session);
                    continue;
                }
                if (System.nanoTime() - usedNanos > FRESH_NANOS && session != null && !session.isAlive()) {
                    session = closed(session);
                }
                session = serve(session, job);
                usedNanos = System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed(session);
        }
    }

    /** The session to go on with; null if there is none. */
    private EmitServer.@Nullable Session serve(EmitServer.@Nullable Session open, Job job) {
        if (job.outcome().isDone()) {
            return open;
        }
        if (System.nanoTime() - job.deadlineNanos() >= 0) {
            fail(job, "all connections to Postgres were busy until the time of the request was over; nothing was sent");
            return open;
        }
        EmitServer.Session session = open;
        try {
            if (session == null) {
                session = connected();
            }
            job.outcome().complete(session.emit(job.messages()));
            return session;
        } catch (EmitFault e) {
            LOG.debug("A send failed: {}", e.getMessage());
            job.outcome().completeExceptionally(e);
        } catch (RuntimeException e) {
            LOG.error("A send failed inside the node; whether it was committed is not known", e);
            job.outcome().completeExceptionally(new EmitFault("the send failed inside the node", true, e));
        }
        return closed(session);
    }

    private EmitServer.Session connected() throws EmitFault {
        Failure last = unreachable;
        if (last != null && System.nanoTime() - last.untilNanos() < 0) {
            throw last.fault();
        }
        try {
            EmitServer.Session session = server.connect();
            if (last != null) {
                LOG.info("Messages can be sent again");
            }
            unreachable = null;
            return session;
        } catch (EmitFault e) {
            if (last == null) {
                LOG.warn("Messages cannot be sent: {}", e.getMessage());
            }
            unreachable = new Failure(e, System.nanoTime() + BACKOFF_NANOS);
            throw e;
        }
    }

    private static EmitServer.@Nullable Session closed(EmitServer.@Nullable Session session) {
        if (session != null) {
            session.close();
        }
        return null;
    }

    /** What waits is told that it was not sent; what is being sent is left to its outcome. */
    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        for (Job job = waiting.poll(); job != null; job = waiting.poll()) {
            fail(job, "the node stops; nothing was sent");
        }
    }
}
