package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What travels through the source's database with a message: a JSON object, of which all but the body may be missing or null.
 * The replicator reads delay, group and dedup too, before the message is stored.
 *
 * @param uuid the MessageId; empty = the id of the event
 * @param attributes those of the sender; of the system's own only {@link #TRACE_HEADER}, which no sender's can be called
 * @param delaySeconds empty = as long as the queue says
 */
record Envelope(
        Optional<UUID> uuid,
        SortedMap<String, AttributeValue> attributes,
        OptionalInt delaySeconds,
        Optional<String> group,
        Optional<String> dedup,
        String body) {

    /** Among the attributes; names that begin with {@code AWS.} are not for senders. */
    static final String TRACE_HEADER = "AWS.TraceHeader";

    private static final Set<String> MEMBERS = Set.of("uuid", "attributes", "delay", "group", "dedup", "body");
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern DELAY = Pattern.compile("0|[1-9][0-9]{0,2}");

    byte[] toJson() {
        return Json.bytes(out -> {
            out.writeStartObject();
            if (uuid.isPresent()) {
                out.writeStringField("uuid", uuid.get().toString());
            }
            if (!attributes.isEmpty()) {
                out.writeObjectFieldStart("attributes");
                for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
                    out.writeFieldName(attribute.getKey());
                    attribute.getValue().write(out);
                }
                out.writeEndObject();
            }
            if (delaySeconds.isPresent()) {
                out.writeNumberField("delay", delaySeconds.getAsInt());
            }
            if (group.isPresent()) {
                out.writeStringField("group", group.get());
            }
            if (dedup.isPresent()) {
                out.writeStringField("dedup", dedup.get());
            }
            out.writeStringField("body", body);
            out.writeEndObject();
        });
    }

    /** What is wrong with content that is meant to be one. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String reason) {
            super(reason, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    static Envelope parse(String content) throws Malformed {
        ObjectNode object;
        try {
            object = Json.object(content.getBytes(StandardCharsets.UTF_8));
        } catch (HttpFailure notJson) {
            throw new Malformed("expected a JSON object");
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!MEMBERS.contains(member.getKey())) {
                throw new Malformed("expected the members uuid, attributes, delay, group, dedup and body, no others");
            }
        }
        JsonNode body = object.path("body");
        if (!body.isTextual() || hasHalfPairs(body.textValue())) {
            throw new Malformed("expected the member body, a string");
        }
        Optional<String> uuid = text(object, "uuid", UUID_TEXT, "a UUID");
        return new Envelope(
                uuid.map(UUID::fromString),
                attributes(object),
                delay(object),
                text(object, "group", SentMessage.ID, SentMessage.ID_IN_WORDS),
                text(object, "dedup", SentMessage.ID, SentMessage.ID_IN_WORDS),
                body.textValue());
    }

    private static Optional<String> text(ObjectNode object, String name, Pattern pattern, String words)
            throws Malformed {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual() || !pattern.matcher(value.textValue()).matches()) {
            throw new Malformed("expected " + name + " to be " + words);
        }
        return Optional.of(value.textValue());
    }

    private static OptionalInt delay(ObjectNode object) throws Malformed {
        JsonNode value = object.path("delay");
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber()
                || !DELAY.matcher(value.asText()).matches()
                || value.intValue() > SentMessage.MAX_DELAY_SECONDS) {
            throw new Malformed("expected delay to be a number of seconds from 0 to " + SentMessage.MAX_DELAY_SECONDS);
        }
        return OptionalInt.of(value.intValue());
    }

    private static SortedMap<String, AttributeValue> attributes(ObjectNode object) throws Malformed {
        TreeMap<String, AttributeValue> attributes = new TreeMap<>();
        JsonNode value = object.path("attributes");
        if (value.isMissingNode() || value.isNull()) {
            return attributes;
        }
        if (!value.isObject()) {
            throw new Malformed("expected attributes to be an object");
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String name = member.getKey();
            AttributeValue attribute = AttributeValue.read(member.getValue())
                    .filter(read -> name.equals(TRACE_HEADER)
                            || AttributeRules.faultOf(name, read).isEmpty())
                    .orElseThrow(
                            () -> new Malformed(
                                    "expected attributes such as {\"name\": {\"DataType\": \"String\", \"StringValue\": \"…\"}}"));
            attributes.put(name, attribute);
        }
        int own = attributes.size() - (attributes.containsKey(TRACE_HEADER) ? 1 : 0);
        if (own > AttributeRules.MAX_ATTRIBUTES) {
            throw new Malformed("expected at most " + AttributeRules.MAX_ATTRIBUTES + " attributes");
        }
        return attributes;
    }

    /** JSON can escape them, UTF-8 cannot hold them. */
    private static boolean hasHalfPairs(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
