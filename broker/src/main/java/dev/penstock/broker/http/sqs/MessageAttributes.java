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
import java.util.TreeMap;

/** What stands beside an event's body, so that a filter need not parse it: all of type String. Stateless. */
final class MessageAttributes {

    private static final String STRING = "String";

    /** How the digest marks a value that is text. */
    private static final byte TEXT_VALUE = 1;

    private MessageAttributes() {}

    /** The attributes that the names ask for: {@code All}, {@code .*}, {@code prefix.*} or a name. Sorted. */
    static Map<String, String> selected(Delivery delivery, List<String> names) {
        RenderedEvent event = delivery.event();
        Map<String, String> all = new TreeMap<>();
        if (names.isEmpty()) {
            return all;
        }
        all.put("action", event.action().word());
        all.put("commit_lsn", event.commitLsn().toString());
        all.put("offset", Offsets.format(event.offset()));
        all.put("schema", event.schema());
        all.put("table", event.table());
        all.put("filter_error", delivery.filterError().orElse(""));
        // SQS knows no empty value; messages and gaps have no table.
        all.values().removeIf(String::isEmpty);
        all.keySet().removeIf(name -> !isAskedFor(name, names));
        return all;
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

    static void write(JsonGenerator out, Map<String, String> attributes) throws IOException {
        out.writeStringField("MD5OfMessageAttributes", md5(attributes));
        out.writeObjectFieldStart("MessageAttributes");
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            out.writeObjectFieldStart(attribute.getKey());
            out.writeStringField("StringValue", attribute.getValue());
            out.writeStringField("DataType", STRING);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    /** As clients check it: by name, each part with its length before it. */
    static String md5(Map<String, String> stringAttributes) {
        MessageDigest digest = Digests.md5();
        for (Map.Entry<String, String> attribute : new TreeMap<>(stringAttributes).entrySet()) {
            update(digest, attribute.getKey());
            update(digest, STRING);
            digest.update(TEXT_VALUE);
            update(digest, attribute.getValue());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
