package dev.penstock.broker.http;

import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Move;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.DeadLetterService.Query;
import dev.penstock.broker.deliver.DeadLetterService.Selection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers all who ask for dead letters alike, and keeps what they asked for. Thread-safe. */
public final class FakeDeadLetters {

    public final List<Record> asked = new CopyOnWriteArrayList<>();
    public volatile Page page = new Page(92, List.of(), OptionalLong.empty());
    public volatile Changed changed = new Changed(93, 0, 0, OptionalLong.empty());

    Page list(Query query) {
        asked.add(query);
        return page;
    }

    /** What the steps of a move answer, in turn; then nothing is left. */
    public final Deque<CompletableFuture<Changed>> steps = new ConcurrentLinkedDeque<>();

    CompletableFuture<Changed> move(Move move) {
        asked.add(move);
        CompletableFuture<Changed> step = steps.poll();
        return step == null ? CompletableFuture.completedFuture(new Changed(94, 0, 0, OptionalLong.empty())) : step;
    }

    CompletableFuture<Changed> change(Selection selection) {
        asked.add(selection);
        return CompletableFuture.completedFuture(changed);
    }
}
