package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** ChangeMessageVisibilityBatch: entries with the same timeout travel together. */
final class ChangeMessageVisibilityBatch implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;
    private final ReceiveAttempts attempts;

    ChangeMessageVisibilityBatch(Queues queues, GroupOperations groups, ReceiveAttempts attempts) {
        this.queues = queues;
        this.groups = groups;
        this.attempts = attempts;
    }

    private record Extended(List<BatchEntries.Entry> entries, Settled settled) {}

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input)
                .thenCompose(queue ->
                        change(exchange, queue, BatchEntries.of(input, "ChangeMessageVisibilityBatchRequestEntry")));
    }

    private CompletableFuture<Response> change(
            Exchange exchange, Queues.Queue queue, List<BatchEntries.Entry> entries) {
        Map<Integer, List<BatchEntries.Entry>> byTimeout = new TreeMap<>();
        Map<String, SqsFailure> failures = new HashMap<>();
        for (BatchEntries.Entry entry : entries) {
            Optional<SqsFailure> wrong = check(entry);
            if (wrong.isPresent()) {
                failures.put(entry.id(), wrong.get());
            } else {
                byTimeout
                        .computeIfAbsent(entry.visibilitySeconds().orElse(0), seconds -> new ArrayList<>())
                        .add(entry);
            }
        }
        CompletableFuture<List<Extended>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Map.Entry<Integer, List<BatchEntries.Entry>> same : byTimeout.entrySet()) {
            all = all.thenCombine(extend(queue, same.getKey(), same.getValue()), (list, extended) -> {
                list.add(extended);
                return list;
            });
        }
        return all.thenApplyAsync(
                extended -> render(exchange, queue, entries, failures, extended), exchange.executor());
    }

    private static Optional<SqsFailure> check(BatchEntries.Entry entry) {
        if (entry.visibilitySeconds().isEmpty()) {
            return Optional.of(SqsFailure.missing("VisibilityTimeout"));
        }
        int seconds = entry.visibilitySeconds().getAsInt();
        return seconds < 0 || seconds > ReceiveMessage.MAX_VISIBILITY_SECONDS
                ? Optional.of(SqsFailure.invalidValue(
                        Integer.toString(seconds), "VisibilityTimeout", ReceiveMessage.VISIBILITY_RANGE))
                : Optional.empty();
    }

    private CompletableFuture<Extended> extend(Queues.Queue queue, int seconds, List<BatchEntries.Entry> entries) {
        List<String> handles = entries.stream().map(BatchEntries.Entry::handle).toList();
        attempts.touched(handles);
        return groups.extend(queue.group().name(), handles, seconds * 1_000L, !queue.fifo())
                .thenApply(settled -> new Extended(entries, settled));
    }

    private static Response render(
            Exchange exchange,
            Queues.Queue queue,
            List<BatchEntries.Entry> entries,
            Map<String, SqsFailure> failures,
            List<Extended> extended) {
        long logIndex = 0;
        for (Extended part : extended) {
            logIndex = Math.max(logIndex, part.settled().logIndex());
            for (int i = 0; i < part.entries().size(); i++) {
                BatchEntries.Entry entry = part.entries().get(i);
                ItemOutcome outcome = part.settled().results().get(i);
                HandleOutcomes.ofChange(outcome, entry.handle(), queue.fifo())
                        .ifPresent(failure -> failures.put(entry.id(), failure));
            }
        }
        List<BatchAnswer.Result> results = entries.stream()
                .map(entry -> new BatchAnswer.Result(entry.id(), Optional.ofNullable(failures.get(entry.id()))))
                .toList();
        return BatchAnswer.render(exchange, logIndex, results);
    }
}
