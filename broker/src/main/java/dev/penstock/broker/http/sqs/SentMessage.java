package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.broker.http.Digests;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.QueueConfig;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A message as a client sends it to a queue, found to be right: {@link #of} throws {@link SqsFailure} in AWS' words.
 *
 * @param attributes the sender's
 * @param system of the system attributes that can be sent, which is one
 */
record SentMessage(
        String body,
        SortedMap<String, AttributeValue> attributes,
        SortedMap<String, AttributeValue> system,
        OptionalInt delaySeconds,
        Optional<String> group,
        Optional<String> dedup) {

    static final int MAX_DELAY_SECONDS = 900;

    /** Ids of groups and of deduplication. */
    static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");

    static final String ID_IN_WORDS = "1 to 128 alphanumeric and punctuation characters";
    static final String VALID_CHARACTERS = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";

    private static final String TRACE = "AWSTraceHeader";

    /** It does not count towards the size of a message, so that it has a bound of its own: several times what X-Ray writes. */
    private static final int MAX_TRACE_BYTES = 2_048;

    private static final String WRONG_QUEUE_TYPE =
            "The request include parameter that is not valid for this queue type";

    static SentMessage of(SqsInput input, QueueConfig queue, boolean fifo) {
        String body = input.text("MessageBody").orElse("");
        if (body.isEmpty()) {
            throw SqsFailure.missing("MessageBody");
        }
        if (!XmlText.isCarried(body)) {
            throw new SqsFailure(
                    Kind.INVALID_CONTENTS,
                    "Invalid characters found. Valid unicode characters are " + VALID_CHARACTERS);
        }
        Optional<String> group = id(input, "MessageGroupId");
        if (fifo && group.isEmpty()) {
            throw SqsFailure.missing("MessageGroupId");
        }
        SentMessage message = new SentMessage(
                body, attributes(input), system(input), delay(input, fifo), group, dedup(input, queue, fifo, body));
        if (message.bytes() > queue.maxMessageBytes()) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "One or more parameters are invalid. Reason: Message must be shorter than "
                            + queue.maxMessageBytes() + " bytes.");
        }
        return message;
    }

    /** The body, and name, type and value of each of the sender's attributes: what counts towards the limits. */
    long bytes() {
        return bytes(body, attributes);
    }

    private static long bytes(String body, Map<String, AttributeValue> attributes) {
        long bytes = body.getBytes(StandardCharsets.UTF_8).length;
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            bytes += attribute.getKey().length()
                    + attribute.getValue().dataType().length()
                    + attribute.getValue().bytes().length;
        }
        return bytes;
    }

    /** The same of what may be no message at all. */
    static long bytesOf(SqsInput input) {
        TreeMap<String, AttributeValue> attributes = new TreeMap<>();
        input.nodes("MessageAttributes")
                .forEach((name, node) -> AttributeValue.read(node).ifPresent(value -> attributes.put(name, value)));
        return bytes(input.text("MessageBody").orElse(""), attributes);
    }

    private static SortedMap<String, AttributeValue> attributes(SqsInput input) {
        TreeMap<String, AttributeValue> attributes = new TreeMap<>();
        for (Map.Entry<String, JsonNode> member :
                input.nodes("MessageAttributes").entrySet()) {
            attributes.put(member.getKey(), attribute(member.getKey(), member.getValue()));
        }
        if (attributes.size() > AttributeRules.MAX_ATTRIBUTES) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "Number of message attributes [" + attributes.size() + "] exceeds the allowed maximum ["
                            + AttributeRules.MAX_ATTRIBUTES + "].");
        }
        return attributes;
    }

    private static AttributeValue attribute(String name, JsonNode node) {
        AttributeValue value = AttributeValue.read(node)
                .orElseGet(() -> new AttributeValue(node.path("DataType").asText(""), new byte[0]));
        Optional<String> fault = AttributeRules.faultOf(name, value);
        if (fault.isPresent()) {
            throw new SqsFailure(Kind.INVALID_PARAMETER_VALUE, fault.get());
        }
        return value;
    }

    private static SortedMap<String, AttributeValue> system(SqsInput input) {
        TreeMap<String, AttributeValue> system = new TreeMap<>();
        for (Map.Entry<String, JsonNode> member :
                input.nodes("MessageSystemAttributes").entrySet()) {
            if (!member.getKey().equals(TRACE)) {
                throw new SqsFailure(
                        Kind.INVALID_PARAMETER_VALUE,
                        "Message system attribute name '" + SqsFailure.shown(member.getKey()) + "' is invalid.");
            }
            AttributeValue value = attribute(TRACE, member.getValue());
            if (!value.baseType().equals("String") || value.bytes().length > MAX_TRACE_BYTES) {
                throw new SqsFailure(
                        Kind.INVALID_PARAMETER_VALUE,
                        "The message system attribute '" + TRACE + "' must be of type String, of at most "
                                + MAX_TRACE_BYTES + " bytes.");
            }
            system.put(TRACE, value);
        }
        return system;
    }

    private static OptionalInt delay(SqsInput input, boolean fifo) {
        OptionalInt delay = input.integer("DelaySeconds");
        if (delay.isEmpty()) {
            return delay;
        }
        int seconds = delay.getAsInt();
        if (seconds < 0 || seconds > MAX_DELAY_SECONDS) {
            throw SqsFailure.invalidValue(
                    Integer.toString(seconds), "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
        }
        if (fifo && seconds > 0) {
            throw SqsFailure.invalidValue(Integer.toString(seconds), "DelaySeconds", WRONG_QUEUE_TYPE + ".");
        }
        return fifo ? OptionalInt.empty() : delay;
    }

    private static Optional<String> id(SqsInput input, String name) {
        Optional<String> id = input.text(name);
        if (id.isPresent() && !ID.matcher(id.get()).matches()) {
            throw SqsFailure.invalidValue(
                    id.get(),
                    name,
                    name + " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
        return id;
    }

    private static Optional<String> dedup(SqsInput input, QueueConfig queue, boolean fifo, String body) {
        Optional<String> id = id(input, "MessageDeduplicationId");
        if (id.isPresent() && !fifo) {
            throw SqsFailure.invalidValue(id.get(), "MessageDeduplicationId", WRONG_QUEUE_TYPE);
        }
        if (id.isPresent() || !fifo) {
            return id;
        }
        if (!queue.contentBasedDeduplication()) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided"
                            + " explicitly");
        }
        return Optional.of(HexFormat.of().formatHex(Digests.sha256().digest(body.getBytes(StandardCharsets.UTF_8))));
    }

    String md5OfBody() {
        return HexFormat.of().formatHex(Digests.md5().digest(body.getBytes(StandardCharsets.UTF_8)));
    }

    Envelope envelope(UUID id) {
        TreeMap<String, AttributeValue> all = new TreeMap<>(attributes);
        if (system.containsKey(TRACE)) {
            all.put(Envelope.TRACE_HEADER, system.get(TRACE));
        }
        return new Envelope(Optional.of(id), all, delaySeconds, group, dedup, body);
    }
}
