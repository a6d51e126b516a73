package dev.penstock.broker.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** JSON in and out. Input is strict: no duplicate members, nothing after the end, bounded depth. Stateless. */
public final class Json {

    /** Deeper than any request; shallow enough for any stack. */
    private static final int MAX_DEPTH = 32;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(64)
                            .maxNameLength(1_024)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final ObjectMapper TRUSTED = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build());

    private Json() {}

    /** Writes one JSON value. */
    public interface Writer {
        void write(JsonGenerator out) throws IOException;
    }

    /** The bytes that the writer writes. */
    public static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = MAPPER.getFactory().createGenerator(bytes)) {
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
        return bytes.toByteArray();
    }

    /** The text as a JSON string. */
    public static String text(String value) {
        return new String(bytes(out -> out.writeString(value)), StandardCharsets.UTF_8);
    }

    /** An object; no bytes at all mean an empty one. Anything else is refused. */
    public static ObjectNode object(byte[] body) {
        if (body.length == 0) {
            return MAPPER.createObjectNode();
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw HttpFailure.invalid("the body is not well-formed JSON" + where(e));
        } catch (IOException e) {
            throw HttpFailure.invalid("the body is not text in UTF-8");
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw HttpFailure.invalid("expected a JSON object as the body");
    }

    /** An object that this node made itself, of any depth and size. */
    public static ObjectNode trustedObject(byte[] json) {
        try {
            return (ObjectNode) TRUSTED.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("reading JSON that this node has made", e);
        }
    }

    /**
     * The value at a path of names in an object that this node made itself: of any depth and size, so what is not on the
     * path is skipped, not read. Empty if there is none.
     */
    public static Optional<JsonNode> valueAt(byte[] json, String... path) {
        try (JsonParser parser = TRUSTED.getFactory().createParser(json)) {
            parser.nextToken();
            for (String name : path) {
                if (!enter(parser, name)) {
                    return Optional.empty();
                }
            }
            JsonNode value = parser.readValueAsTree();
            return Optional.of(value);
        } catch (IOException e) {
            throw new UncheckedIOException("reading JSON that this node has made", e);
        }
    }

    /** Moves from the start of an object to the value of its member. */
    private static boolean enter(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = parser.currentName().equals(name);
            parser.nextToken();
            if (found) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static String where(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : ", at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }
}
