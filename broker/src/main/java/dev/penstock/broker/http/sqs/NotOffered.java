package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Operations that no queue has: said so, once the queue is found. */
final class NotOffered implements Endpoint {

    private final Queues queues;
    private final Function<Queues.Queue, String> why;

    private NotOffered(Queues queues, Function<Queues.Queue, String> why) {
        this.queues = queues;
        this.why = why;
    }

    /** AddPermission and RemovePermission. */
    static Endpoint permissions(Queues queues) {
        return new NotOffered(
                queues, queue -> "Permissions are those of the cluster's keys; queues have none of their own.");
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        return queues.ofUrl(SqsInput.of(exchange))
                .thenCompose(queue -> CompletableFuture.failedFuture(SqsFailure.unsupported(why.apply(queue))));
    }
}
