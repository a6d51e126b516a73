package dev.penstock.cluster.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hears SIGINT and SIGTERM: wakes the thread that runs the demo and holds the JVM until that thread has put everything
 * away. The JVM leaves a SIGINT alone that was ignored when it started, as in the background of a shell without job control;
 * the launcher starts us with the default restored.
 */
final class Ending {
    /** The contract gives ten seconds in all. */
    private static final Duration PATIENCE = Duration.ofMillis(9_700);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Call on the thread that runs the demo. */
    void install() {
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> onShutdown(worker), "penstock-ending"));
    }

    private void onShutdown(Thread worker) {
        if (ended.getCount() == 0) {
            return;
        }
        asked.countDown();
        worker.interrupt();
        try {
            if (!ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("the demo did not end in time; its watchdog ends what is left");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns true if the end was asked for within that time. */
    boolean awaitAsked(Duration patience) throws InterruptedException {
        return asked.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Everything is put away. */
    void ended() {
        ended.countDown();
    }
}
