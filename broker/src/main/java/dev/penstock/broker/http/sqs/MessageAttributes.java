package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What stands beside a message's body: its sender's attributes, or facts of an event, so that a filter need not parse it. Stateless. */
final class MessageAttributes {

    /** How the digest marks a value that is text. */
    private static final byte TEXT_VALUE = 1;

    private static final byte BINARY_VALUE = 2;

    private MessageAttributes() {}

    /** Of an event as it is: all of type String. */
    static SortedMap<String, AttributeValue> ofEvent(Delivery delivery) {
        RenderedEvent event = delivery.event();
        TreeMap<String, String> all = new TreeMap<>();
        all.put("action", event.action().word());
        all.put("commit_lsn", event.commitLsn().toString());
        all.put("offset", Offsets.format(event.offset()));
        all.put("schema", event.schema());
        all.put("table", event.table());
        all.put("filter_error", delivery.filterError().orElse(""));
        // SQS knows no empty value; messages and gaps have no table.
        all.values().removeIf(String::isEmpty);
        TreeMap<String, AttributeValue> attributes = new TreeMap<>();
        all.forEach((name, value) -> attributes.put(name, AttributeValue.ofText(value)));
        return attributes;
    }

    /** Those that the names ask for: {@code All}, {@code .*}, {@code prefix.*} or a name. */
    static SortedMap<String, AttributeValue> selected(SortedMap<String, AttributeValue> all, List<String> names) {
        TreeMap<String, AttributeValue> selected = new TreeMap<>(all);
        selected.keySet().removeIf(name -> !isAskedFor(name, names));
        return selected;
    }

    private static boolean isAskedFor(String name, List<String> names) {
        for (String asked : names) {
            boolean prefix = asked.endsWith(".*") && name.startsWith(asked.substring(0, asked.length() - 2));
            if (prefix || asked.equals("All") || asked.equals(name)) {
                return true;
            }
        }
        return false;
    }

    static void write(JsonGenerator out, Map<String, AttributeValue> attributes) throws IOException {
        out.writeStringField("MD5OfMessageAttributes", md5(attributes));
        out.writeObjectFieldStart("MessageAttributes");
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            out.writeFieldName(attribute.getKey());
            attribute.getValue().write(out);
        }
        out.writeEndObject();
    }

    /** As clients check it: by name, each part with its length before it. */
    static String md5(Map<String, AttributeValue> attributes) {
        MessageDigest digest = Digests.md5();
        for (Map.Entry<String, AttributeValue> attribute : new TreeMap<>(attributes).entrySet()) {
            AttributeValue value = attribute.getValue();
            update(digest, attribute.getKey().getBytes(StandardCharsets.UTF_8));
            update(digest, value.dataType().getBytes(StandardCharsets.UTF_8));
            digest.update(value.isBinary() ? BINARY_VALUE : TEXT_VALUE);
            update(digest, value.bytes());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
