package dev.penstock.cluster.load;

import dev.penstock.cluster.check.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Concurrent sessions that change the sample tables: single rows, transactions of 500 rows, COPY; inserts, updates, deletes.
 * Thread-safe.
 */
public final class Workload implements AutoCloseable {
    private static final int BULK_ROWS = 500;
    private static final int COPY_ROWS = 200;

    private final List<Writer> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<Long> blocks = ConcurrentHashMap.newKeySet();

    /** @param rowsPerSecond of all sessions together */
    public Workload(String jdbcUrl, Ledger ledger, double rowsPerSecond, long seed) {
        Sessions sessions = new Sessions(jdbcUrl);
        add(new Writer(
                sessions, ledger, blocks, Tables.CUSTOMERS, Writer.Shape.SINGLE, 1, rowsPerSecond * 0.10, seed + 1));
        add(new Writer(
                sessions, ledger, blocks, Tables.ORDERS, Writer.Shape.SINGLE, 1, rowsPerSecond * 0.15, seed + 2));
        add(new Writer(
                sessions, ledger, blocks, Tables.ORDERS, Writer.Shape.SINGLE, 1, rowsPerSecond * 0.15, seed + 3));
        add(new Writer(
                sessions,
                ledger,
                blocks,
                Tables.ORDER_ITEMS,
                Writer.Shape.BULK,
                BULK_ROWS,
                rowsPerSecond * 0.4,
                seed + 4));
        add(new Writer(
                sessions,
                ledger,
                blocks,
                Tables.ORDER_ITEMS,
                Writer.Shape.COPY,
                COPY_ROWS,
                rowsPerSecond * 0.2,
                seed + 5));
    }

    private void add(Writer writer) {
        writers.add(writer);
        Thread thread = new Thread(writer, "penstock-load-" + writers.size());
        thread.setDaemon(true);
        threads.add(thread);
    }

    public void start() {
        threads.forEach(Thread::start);
    }

    /** True if the change is of a row that this workload made, committed or not. */
    public boolean owns(Change change) {
        return blocks.contains(change.key() / Tables.BLOCK_KEYS);
    }

    /** Ends the sessions after the transactions under way. */
    public void stop(Duration patience) throws InterruptedException {
        writers.forEach(Writer::stop);
        long deadline = System.nanoTime() + patience.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            if (thread.isAlive()) {
                throw new IllegalStateException("session " + thread.getName() + " did not end within "
                        + patience.toSeconds() + " s; is Postgres running?");
            }
        }
    }

    @Override
    public void close() {
        writers.forEach(Writer::stop);
    }
}
