package dev.penstock.broker.http;

import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.DeadLetterService.Query;
import dev.penstock.broker.deliver.DeadLetterService.Selection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
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

    CompletableFuture<Changed> change(Selection selection) {
        asked.add(selection);
        return CompletableFuture.completedFuture(changed);
    }
}
