package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** ListDeadLetterSourceQueues: none, since no queue has a dead-letter queue yet. */
final class ListDeadLetterSourceQueues implements Endpoint {

    private final Queues queues;

    ListDeadLetterSourceQueues(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        input.integer(
                "MaxResults", 1, ListQueues.MAX_RESULTS, "Must be an integer value between 1 and 1000, if provided.");
        return queues.ofUrl(input)
                .thenApply(queue -> SqsAnswers.ok(exchange, out -> {
                    out.writeStartObject();
                    // The casing is AWS' own; the member is required.
                    out.writeArrayFieldStart("queueUrls");
                    out.writeEndArray();
                    out.writeEndObject();
                }));
    }
}
