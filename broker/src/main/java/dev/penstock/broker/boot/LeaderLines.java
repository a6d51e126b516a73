package dev.penstock.broker.boot;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the leader last said of itself: asked once a second at most, however many ask here, for some of them need no key.
 * Thread-safe, never blocks.
 */
final class LeaderLines {

    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Function<String, CompletableFuture<Map<String, String>>> ask;
    private final LongSupplier nanoTime;
    private String leader = "";
    private long askedNanos;
    private @Nullable CompletableFuture<Map<String, String>> answer;

    /** @param ask one node, by id; never fails */
    LeaderLines(Function<String, CompletableFuture<Map<String, String>>> ask, LongSupplier nanoTime) {
        this.ask = ask;
        this.nanoTime = nanoTime;
    }

    /** Empty if it does not answer. */
    synchronized CompletableFuture<Map<String, String>> of(String leaderId) {
        long now = nanoTime.getAsLong();
        CompletableFuture<Map<String, String>> known = answer;
        if (known == null || !leader.equals(leaderId) || now - askedNanos >= REMEMBERED_NANOS) {
            known = ask.apply(leaderId);
            answer = known;
            leader = leaderId;
            askedNanos = now;
        }
        return known;
    }
}
