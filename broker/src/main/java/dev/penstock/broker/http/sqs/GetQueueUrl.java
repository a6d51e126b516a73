package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** GetQueueUrl. */
final class GetQueueUrl implements Endpoint {

    private final Queues queues;

    GetQueueUrl(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.named(input.requiredText("QueueName"))
                .thenApply(queue -> SqsAnswers.ok(exchange, out -> {
                    out.writeStartObject();
                    out.writeStringField("QueueUrl", queues.url(exchange, queue.name()));
                    out.writeEndObject();
                }));
    }
}
