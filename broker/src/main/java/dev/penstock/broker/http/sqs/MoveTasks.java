package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.util.concurrent.CompletableFuture;

/** Message-move tasks: no queue is a dead-letter queue yet, so each is refused as AWS refuses it then. Stateless. */
final class MoveTasks {

    private final Queues queues;

    MoveTasks(Queues queues) {
        this.queues = queues;
    }

    /** StartMessageMoveTask and ListMessageMoveTasks. */
    CompletableFuture<Response> ofSource(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String arn = input.requiredText("SourceArn");
        return queues.find(arn.substring(arn.lastIndexOf(':') + 1))
                .thenCompose(found -> CompletableFuture.failedFuture(
                        found.isPresent()
                                ? new SqsFailure(
                                        Kind.INVALID_PARAMETER_VALUE,
                                        "Source queue must be configured as a Dead Letter Queue.")
                                : notFound(
                                        "The resource that you specified for the SourceArn parameter doesn't exist.")));
    }

    static Endpoint cancel() {
        return exchange -> {
            SqsInput.of(exchange).requiredText("TaskHandle");
            return CompletableFuture.failedFuture(notFound("Task does not exist."));
        };
    }

    private static SqsFailure notFound(String message) {
        return new SqsFailure(Kind.RESOURCE_NOT_FOUND, message);
    }
}
