package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** DeleteQueue: the group goes, the stream keeps its events. */
final class DeleteQueue implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;

    DeleteQueue(Queues queues, GroupOperations groups) {
        this.queues = queues;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input)
                .thenCompose(queue -> groups.delete(queue.group().name()).thenApply(logIndex -> {
                    queues.deleted(queue);
                    return SqsAnswers.done(exchange, logIndex);
                }));
    }
}
