package dev.penstock.broker.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Threads that may wait for the disk, with a bounded queue before them; a full queue refuses. Thread-safe. */
public final class ReaderPool implements AutoCloseable {

    /** More readers than cores: they wait for the disk at times. */
    public static final int DEFAULT_THREADS = 4;

    private static final int QUEUE = 1_000;

    private final HttpCounters counters;
    private final ThreadPoolExecutor threads;

    public ReaderPool(int threadCount, HttpCounters counters) {
        this.counters = counters;
        threads = new ThreadPoolExecutor(
                threadCount, threadCount, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                    Thread thread = new Thread(task, "penstock-reader");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** What the read gives or throws; fails with {@link Problem#OVERLOADED} when the queue is full. */
    public <T> CompletableFuture<T> read(Supplier<T> read) {
        try {
            return CompletableFuture.supplyAsync(read, threads);
        } catch (RejectedExecutionException full) {
            counters.hit(HttpCounters.Limit.READER_QUEUE);
            return CompletableFuture.failedFuture(
                    new HttpFailure(Problem.OVERLOADED, "too many reads are waiting on this node; come again"));
        }
    }

    public int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
