package dev.penstock.replicator.postgres;

import java.util.concurrent.TimeUnit;

/**
 * How long the creation of a slot is waited for before it is said what it waits for. Each time longer, because a new attempt
 * waits anew for all transactions that are open then: under ever new long ones a fixed limit would never succeed. One thread.
 */
final class CreationLimit {

    private static final int FIRST_SECONDS = 10;
    private static final int LONGEST_SECONDS = (int) TimeUnit.HOURS.toSeconds(6);

    private int nextSeconds = FIRST_SECONDS;

    int nextSeconds() {
        int seconds = nextSeconds;
        nextSeconds = Math.min(LONGEST_SECONDS, nextSeconds * 2);
        return seconds;
    }
}
