package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * CreateQueue of a queue that is there: its URL, unless an attribute is to be another. Queues that are not there are not
 * made: a group over changes needs to know of what.
 */
final class CreateQueue implements Endpoint {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo");

    private final Queues queues;

    CreateQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String name = input.requiredText("QueueName");
        Map<String, String> wanted = input.map("Attributes");
        input.map("tags");
        if (!NAME.matcher(name).matches()) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        }
        return queues.find(name).thenCompose(found -> {
            Queues.Queue queue = found.orElseThrow(() -> unknown(name));
            return queues.describe(queue).thenApply(described -> existing(exchange, queue, described, wanted));
        });
    }

    private Response existing(Exchange exchange, Queues.Queue queue, Described described, Map<String, String> wanted) {
        Map<String, String> present = queues.attributes(queue, described);
        wanted.keySet().forEach(name -> AttributeChanges.checkName(name, present));
        wanted.forEach((name, value) -> {
            if (!AttributeChanges.isPresent(name, value, present)) {
                throw new SqsFailure(
                        Kind.QUEUE_NAME_EXISTS,
                        "A queue already exists with the same name and a different value for attribute " + name);
            }
        });
        return SqsAnswers.ok(exchange, described.logIndex(), out -> {
            out.writeStartObject();
            out.writeStringField("QueueUrl", queues.url(exchange, queue.name()));
            out.writeEndObject();
        });
    }

    private static SqsFailure unknown(String name) {
        String group = name.replace(".fifo", "");
        return SqsFailure.unsupported(
                "There is no queue " + name + ", and CreateQueue does not make queues over changes:"
                        + " create the group with POST /v1/groups {\"name\":\"" + group
                        + "\", ...} or with penstock groups create "
                        + group + ", then use it as a queue.");
    }
}
