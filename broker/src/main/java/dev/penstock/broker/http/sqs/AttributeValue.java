package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The value of a message attribute.
 *
 * @param dataType String, Number or Binary, perhaps with a label behind a dot
 * @param bytes the text in UTF-8, or what is binary; not to be changed
 */
record AttributeValue(String dataType, byte[] bytes) {

    private static final String TEXT = "StringValue";
    private static final String BINARY = "BinaryValue";

    static AttributeValue ofText(String text) {
        return new AttributeValue("String", text.getBytes(StandardCharsets.UTF_8));
    }

    boolean isBinary() {
        return baseType().equals("Binary");
    }

    /** Without the label. */
    String baseType() {
        int dot = dataType.indexOf('.');
        return dot < 0 ? dataType : dataType.substring(0, dot);
    }

    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void write(JsonGenerator out) throws IOException {
        out.writeStartObject();
        if (isBinary()) {
            out.writeStringField(BINARY, Base64.getEncoder().encodeToString(bytes));
        } else {
            out.writeStringField(TEXT, text());
        }
        out.writeStringField("DataType", dataType);
        out.writeEndObject();
    }

    /** As {@link #write} and clients write it; empty if it has no type, or not the value of its type, or another member. */
    static Optional<AttributeValue> read(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return Optional.empty();
        }
        JsonNode type = object.path("DataType");
        AttributeValue untyped = new AttributeValue(type.asText(""), new byte[0]);
        String member = untyped.isBinary() ? BINARY : TEXT;
        JsonNode value = object.path(member);
        if (!type.isTextual() || !value.isTextual()) {
            return Optional.empty();
        }
        if (!untyped.isBinary()) {
            return Optional.of(
                    new AttributeValue(type.textValue(), value.textValue().getBytes(StandardCharsets.UTF_8)));
        }
        try {
            return Optional.of(
                    new AttributeValue(type.textValue(), Base64.getDecoder().decode(value.textValue())));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
