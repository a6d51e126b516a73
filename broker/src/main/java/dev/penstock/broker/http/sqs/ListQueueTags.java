package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** ListQueueTags. */
final class ListQueueTags implements Endpoint {

    private final Queues queues;

    ListQueueTags(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input)
                .thenCompose(queue -> queues.tags(queue)
                        .thenApply(tags -> SqsAnswers.ok(exchange, tags.logIndex(), out -> {
                            out.writeStartObject();
                            if (!tags.tags().isEmpty()) {
                                SqsAnswers.writeMap(out, "Tags", tags.tags());
                            }
                            out.writeEndObject();
                        })));
    }
}
