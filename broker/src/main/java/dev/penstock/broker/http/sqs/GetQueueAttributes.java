package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.GroupState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** GetQueueAttributes: all values are strings, as AWS sends them. */
final class GetQueueAttributes implements Endpoint {

    /** Nothing is trimmed before retention can be configured: the longest that AWS has. */
    private static final String RETENTION_SECONDS = "1209600";

    private static final String MAX_MESSAGE_BYTES = "1048576";

    /** Attributes of AWS that a queue here never has: no error, just absent. */
    private static final Set<String> NEVER_SET = Set.of(
            "Policy",
            "RedrivePolicy",
            "RedriveAllowPolicy",
            "KmsMasterKeyId",
            "KmsDataKeyReusePeriodSeconds",
            "FifoQueue",
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "FifoThroughputLimit");

    private final Queues queues;
    private final GroupOperations groups;
    private final ReaderPool readers;

    GetQueueAttributes(Queues queues, GroupOperations groups, ReaderPool readers) {
        this.queues = queues;
        this.groups = groups;
        this.readers = readers;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        List<String> names = input.texts("AttributeNames");
        return queues.ofUrl(input)
                .thenCompose(queue ->
                        readers.read(() -> groups.describe(queue.group().name())
                                .map(described -> render(exchange, queue, described, names))
                                .orElseThrow(SqsFailure::noSuchQueue)));
    }

    private Response render(Exchange exchange, Queues.Queue queue, Described described, List<String> names) {
        Map<String, String> attributes = attributes(queue, described);
        for (String name : names) {
            if (!name.equals("All") && !attributes.containsKey(name) && !NEVER_SET.contains(name)) {
                throw new SqsFailure(Kind.INVALID_ATTRIBUTE_NAME, "Unknown Attribute " + name + ".");
            }
        }
        if (!names.contains("All")) {
            attributes.keySet().retainAll(names);
        }
        return SqsAnswers.ok(exchange, described.logIndex(), out -> {
            out.writeStartObject();
            if (!attributes.isEmpty()) {
                out.writeObjectFieldStart("Attributes");
                for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                    out.writeStringField(attribute.getKey(), attribute.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        });
    }

    private Map<String, String> attributes(Queues.Queue queue, Described described) {
        GroupState group = described.group();
        String createdSeconds = Long.toString(group.createdWallMillis() / 1_000);
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ApproximateNumberOfMessages", Long.toString(described.backlog() + group.ready()));
        attributes.put("ApproximateNumberOfMessagesNotVisible", Long.toString(group.leased()));
        attributes.put("ApproximateNumberOfMessagesDelayed", Long.toString(group.delayed()));
        attributes.put("CreatedTimestamp", createdSeconds);
        attributes.put("LastModifiedTimestamp", createdSeconds);
        attributes.put("DelaySeconds", "0");
        attributes.put("MaximumMessageSize", MAX_MESSAGE_BYTES);
        attributes.put("MessageRetentionPeriod", RETENTION_SECONDS);
        attributes.put("QueueArn", queues.arn(queue.name()));
        attributes.put("ReceiveMessageWaitTimeSeconds", "0");
        attributes.put("SqsManagedSseEnabled", "false");
        attributes.put("VisibilityTimeout", Long.toString(group.config().visibilityMillis() / 1_000));
        if (queue.fifo()) {
            attributes.put("FifoQueue", "true");
            attributes.put("ContentBasedDeduplication", "false");
            attributes.put("DeduplicationScope", "queue");
            attributes.put("FifoThroughputLimit", "perQueue");
        }
        return attributes;
    }
}
