package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.Json;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.QueueConfig;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A delivery as SQS shows it: of a queue over changes the event, of a queue that is sent to what was sent. What stands in the
 * log was written by anyone in SQL: what cannot be understood is shown as it is, and marked, never refused, or it would come
 * back for ever.
 *
 * @param body UTF-8
 * @param groupId empty where the queue is not ordered and the sender named none
 * @param dedupId empty where the queue is not ordered
 */
record ReceivedMessage(
        String id,
        byte[] body,
        SortedMap<String, AttributeValue> attributes,
        Optional<String> groupId,
        Optional<String> dedupId,
        Optional<String> traceHeader) {

    /** The group of messages in an ordered queue whose sender named none; the replicator orders them as such. */
    static final String DEFAULT_GROUP = "default";

    /** Marks content that is not UTF-8, and so is shown in base64. */
    private static final String ENCODING = "encoding";

    /** Marks content that was meant to be an envelope and is none. */
    private static final String MALFORMED = "malformed_envelope";

    static ReceivedMessage of(Delivery delivery, Queues.Queue queue) {
        boolean sent = queue.group().queue().isPresent() && delivery.event().action() == Action.MESSAGE;
        return sent ? ofMessage(delivery.event(), queue.fifo()) : ofEvent(delivery, queue.fifo());
    }

    private static ReceivedMessage ofEvent(Delivery delivery, boolean fifo) {
        RenderedEvent event = delivery.event();
        return new ReceivedMessage(
                event.id().toString(),
                event.json(),
                MessageAttributes.ofEvent(delivery),
                fifo ? Optional.of(MessageGroupId.of(event)) : Optional.empty(),
                fifo ? Optional.of(event.id().toString()) : Optional.empty(),
                Optional.empty());
    }

    private static ReceivedMessage ofMessage(RenderedEvent event, boolean fifo) {
        JsonNode found = Json.valueAt(event.json(), "record").orElseThrow();
        if (!(found instanceof ObjectNode message)) {
            throw new IllegalStateException("expected the record of a message to be an object");
        }
        String content = message.path("content").asText();
        TreeMap<String, AttributeValue> marks = new TreeMap<>();
        if (message.has(ENCODING)) {
            marks.put(ENCODING, AttributeValue.ofText(message.path(ENCODING).asText()));
        }
        if (!QueueConfig.isEnvelopePrefix(message.path("prefix").asText())) {
            return raw(event, content, marks, fifo);
        }
        if (!marks.isEmpty()) {
            marks.put(MALFORMED, AttributeValue.ofText("expected text in UTF-8"));
            return raw(event, content, marks, fifo);
        }
        try {
            return opened(event, Envelope.parse(content), fifo);
        } catch (Envelope.Malformed malformed) {
            marks.put(MALFORMED, AttributeValue.ofText(malformed.reason()));
            return raw(event, content, marks, fifo);
        }
    }

    private static ReceivedMessage raw(
            RenderedEvent event, String content, SortedMap<String, AttributeValue> marks, boolean fifo) {
        String id = event.id().toString();
        return new ReceivedMessage(
                id,
                content.getBytes(StandardCharsets.UTF_8),
                marks,
                fifo ? Optional.of(DEFAULT_GROUP) : Optional.empty(),
                fifo ? Optional.of(id) : Optional.empty(),
                Optional.empty());
    }

    private static ReceivedMessage opened(RenderedEvent event, Envelope envelope, boolean fifo) {
        String id =
                envelope.uuid().map(Object::toString).orElseGet(() -> event.id().toString());
        TreeMap<String, AttributeValue> attributes = new TreeMap<>(envelope.attributes());
        AttributeValue trace = attributes.remove(Envelope.TRACE_HEADER);
        return new ReceivedMessage(
                id,
                envelope.body().getBytes(StandardCharsets.UTF_8),
                attributes,
                envelope.group().or(() -> fifo ? Optional.of(DEFAULT_GROUP) : Optional.empty()),
                fifo ? Optional.of(envelope.dedup().orElse(id)) : envelope.dedup(),
                Optional.ofNullable(trace).map(AttributeValue::text));
    }
}
