package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** DeleteMessageBatch: up to ten acks in one. */
final class DeleteMessageBatch implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;
    private final ReceiveAttempts attempts;

    DeleteMessageBatch(Queues queues, GroupOperations groups, ReceiveAttempts attempts) {
        this.queues = queues;
        this.groups = groups;
        this.attempts = attempts;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input).thenCompose(queue -> {
            List<BatchEntries.Entry> entries = BatchEntries.of(input, "DeleteMessageBatchRequestEntry");
            List<String> handles =
                    entries.stream().map(BatchEntries.Entry::handle).toList();
            attempts.touched(handles);
            return groups.ack(queue.group().name(), handles)
                    .thenApplyAsync(
                            settled ->
                                    BatchAnswer.render(exchange, settled.logIndex(), results(queue, entries, settled)),
                            exchange.executor());
        });
    }

    private static List<BatchAnswer.Result> results(
            Queues.Queue queue, List<BatchEntries.Entry> entries, Settled settled) {
        List<BatchAnswer.Result> results = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            BatchEntries.Entry entry = entries.get(i);
            results.add(new BatchAnswer.Result(
                    entry.id(), HandleOutcomes.ofDelete(settled.results().get(i), entry.handle(), queue.fifo())));
        }
        return results;
    }
}
