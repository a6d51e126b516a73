package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** DeleteMessage: an ack. */
final class DeleteMessage implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;
    private final ReceiveAttempts attempts;

    DeleteMessage(Queues queues, GroupOperations groups, ReceiveAttempts attempts) {
        this.queues = queues;
        this.groups = groups;
        this.attempts = attempts;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String handle = input.requiredText("ReceiptHandle");
        attempts.touched(List.of(handle));
        return queues.ofUrl(input)
                .thenCompose(queue -> groups.ack(queue.group().name(), List.of(handle))
                        .thenApplyAsync(
                                settled -> {
                                    HandleOutcomes.ofDelete(settled.results().get(0), handle, queue.fifo())
                                            .ifPresent(failure -> {
                                                throw failure;
                                            });
                                    return SqsAnswers.done(exchange, settled.logIndex());
                                },
                                exchange.executor()));
    }
}
