package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.Digests;
import dev.penstock.broker.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The group in which SQS orders a message: the row's key, as {@code schema.table:value,…}, or a hash of that where SQS'
 * rules on characters or length forbid it. Stateless.
 */
final class MessageGroupId {

    private static final int MAX_CHARACTERS = 128;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private MessageGroupId() {}

    static String of(RenderedEvent event) {
        StringBuilder id = new StringBuilder(event.schema())
                .append('.')
                .append(event.table())
                .append(':');
        Optional<JsonNode> key = Json.valueAt(event.json(), "metadata", "key");
        if (key.orElse(null) instanceof ObjectNode columns) {
            String comma = "";
            for (JsonNode value : columns) {
                id.append(comma).append(value.isTextual() ? value.textValue() : value.toString());
                comma = ",";
            }
        }
        String plain = id.toString();
        return isAllowed(plain) ? plain : hash(plain);
    }

    private static boolean isAllowed(String text) {
        return text.length() <= MAX_CHARACTERS
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || PUNCTUATION.indexOf(c) >= 0);
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
