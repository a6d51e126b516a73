package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** GetQueueAttributes: those that the request names, or all. */
final class GetQueueAttributes implements Endpoint {

    private final Queues queues;

    GetQueueAttributes(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        List<String> names = input.texts("AttributeNames");
        return queues.ofUrl(input)
                .thenCompose(queue ->
                        queues.describe(queue).thenApply(described -> render(exchange, queue, described, names)));
    }

    private Response render(Exchange exchange, Queues.Queue queue, Described described, List<String> names) {
        Map<String, String> attributes = queues.attributes(queue, described);
        for (String name : names) {
            boolean known = attributes.containsKey(name)
                    || QueueAttributes.OPTIONAL.contains(name)
                    || QueueAttributes.FIFO_ONLY.contains(name);
            if (!known && !name.equals("All")) {
                throw SqsFailure.unknownAttribute(name);
            }
        }
        if (!names.contains("All")) {
            attributes.keySet().retainAll(names);
        }
        return SqsAnswers.ok(exchange, described.logIndex(), out -> {
            out.writeStartObject();
            if (!attributes.isEmpty()) {
                SqsAnswers.writeMap(out, "Attributes", attributes);
            }
            out.writeEndObject();
        });
    }
}
