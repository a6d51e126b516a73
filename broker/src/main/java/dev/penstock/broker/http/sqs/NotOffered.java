package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Operations that a queue over changes does not have: said so, once the queue is found. */
final class NotOffered implements Endpoint {

    private final Queues queues;
    private final Function<Queues.Queue, String> why;

    private NotOffered(Queues queues, Function<Queues.Queue, String> why) {
        this.queues = queues;
        this.why = why;
    }

    /** SendMessage and SendMessageBatch. */
    static Endpoint sending(Queues queues) {
        return new NotOffered(
                queues,
                queue -> "The queue " + queue.name()
                        + " receives the changes of a Postgres database; nothing else can be" + " sent to it.");
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
