package dev.penstock.broker.deliver;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Puts logical messages into the database of a source. Thread-safe, never blocks. */
public interface SourceMessages {

    /** @param content not to be changed */
    record SourceMessage(String prefix, byte[] content) {}

    /**
     * Emits all of them, in their order, in one transaction: all or none. Completes once it is committed with its id, as
     * events carry it; exceptionally with {@link Refused} only.
     *
     * @param stream name of the source, and of its stream
     * @param deadlineNanos {@link System#nanoTime()} after which it is not begun any more
     */
    CompletableFuture<Integer> emit(String stream, List<SourceMessage> messages, long deadlineNanos);
}
