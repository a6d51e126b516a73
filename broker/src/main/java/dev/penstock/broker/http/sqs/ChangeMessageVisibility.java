package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** ChangeMessageVisibility: extends the lease, or ends it (0). */
final class ChangeMessageVisibility implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;
    private final ReceiveAttempts attempts;

    ChangeMessageVisibility(Queues queues, GroupOperations groups, ReceiveAttempts attempts) {
        this.queues = queues;
        this.groups = groups;
        this.attempts = attempts;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String handle = input.requiredText("ReceiptHandle");
        attempts.touched(List.of(handle));
        if (!input.has("VisibilityTimeout")) {
            throw SqsFailure.missing("VisibilityTimeout");
        }
        return queues.ofUrl(input)
                .thenCompose(queue -> groups.extend(
                                queue.group().name(), List.of(handle), seconds(input) * 1_000L, !queue.fifo())
                        .thenApplyAsync(
                                settled -> {
                                    HandleOutcomes.ofChange(settled.results().get(0), handle, queue.fifo())
                                            .ifPresent(failure -> {
                                                throw failure;
                                            });
                                    return SqsAnswers.done(exchange, settled.logIndex());
                                },
                                exchange.executor()));
    }

    private static int seconds(SqsInput input) {
        return input.integer(
                        "VisibilityTimeout", 0, ReceiveMessage.MAX_VISIBILITY_SECONDS, ReceiveMessage.VISIBILITY_RANGE)
                .orElse(0);
    }
}
