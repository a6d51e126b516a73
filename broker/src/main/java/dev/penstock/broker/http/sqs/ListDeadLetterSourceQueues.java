package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** ListDeadLetterSourceQueues: the queues whose redrive policy names this one, in pages where MaxResults was given. */
final class ListDeadLetterSourceQueues implements Endpoint {

    private final Queues queues;

    ListDeadLetterSourceQueues(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        OptionalInt maxResults = input.integer(
                "MaxResults", 1, ListQueues.MAX_RESULTS, "Must be an integer value between 1 and 1000, if provided.");
        String after = input.text("NextToken").map(ListQueues::decode).orElse("");
        return queues.ofUrl(input).thenCompose(queues::sourcesOf).thenApply(sources -> {
            List<String> left =
                    sources.stream().filter(name -> name.compareTo(after) > 0).toList();
            int count = Math.min(left.size(), maxResults.orElse(ListQueues.MAX_RESULTS));
            return SqsAnswers.ok(exchange, out -> {
                out.writeStartObject();
                // The casing is AWS' own; the member is required.
                out.writeArrayFieldStart("queueUrls");
                for (String name : left.subList(0, count)) {
                    out.writeString(queues.url(exchange, name));
                }
                out.writeEndArray();
                if (maxResults.isPresent() && count < left.size()) {
                    out.writeStringField("NextToken", ListQueues.encode(left.get(count - 1)));
                }
                out.writeEndObject();
            });
        });
    }
}
