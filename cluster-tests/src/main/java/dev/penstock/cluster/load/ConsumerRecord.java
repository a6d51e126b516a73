package dev.penstock.cluster.load;

import dev.penstock.cluster.check.Delivery;
import dev.penstock.cluster.check.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What the consumers of one group were given and acked, and the longest time without an answer. Thread-safe. */
public final class ConsumerRecord {
    private final boolean keep;
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<Settlement> settlements = new ArrayList<>();
    private final AtomicLong redelivered = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private long lastAnswerNanos;
    private long longestSilenceNanos;
    private String lastFailure = "";

    /** @param keep true to keep every delivery and ack for a proof */
    public ConsumerRecord(boolean keep) {
        this.keep = keep;
    }

    /** Silence is counted from now on. */
    public synchronized void startWatch() {
        lastAnswerNanos = System.nanoTime();
        longestSilenceNanos = 0;
    }

    synchronized void answered(long nowNanos) {
        longestSilenceNanos = Math.max(longestSilenceNanos, nowNanos - lastAnswerNanos);
        lastAnswerNanos = Math.max(lastAnswerNanos, nowNanos);
    }

    synchronized void failed(Exception failure) {
        lastFailure = String.valueOf(failure.getMessage());
    }

    synchronized void delivered(Delivery delivery) {
        if (delivery.count() > 1) {
            redelivered.incrementAndGet();
        }
        if (keep) {
            deliveries.add(delivery);
        }
    }

    synchronized void settled(List<Settlement> settled) {
        if (keep) {
            settlements.addAll(settled);
        }
    }

    void lag(Duration lag) {
        lagMillis.set(Math.max(0, lag.toMillis()));
    }

    /** The longest time in which no receive was answered, up to now, milliseconds. */
    public synchronized long longestSilenceMillis() {
        long current = System.nanoTime() - lastAnswerNanos;
        return Math.max(longestSilenceNanos, current) / 1_000_000;
    }

    /** Why the last request without a success failed; empty if none did. */
    public synchronized String lastFailure() {
        return lastFailure;
    }

    /** Deliveries that were not the first of their message. */
    public long redelivered() {
        return redelivered.get();
    }

    /** From commit in Postgres to delivery, of the newest message. */
    public long lagMillis() {
        return lagMillis.get();
    }

    public synchronized List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    public synchronized List<Settlement> settlements() {
        return List.copyOf(settlements);
    }
}
