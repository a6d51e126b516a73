package dev.penstock.broker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.config.Sizes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Takes the members of a JSON object one by one; what nobody took is an error. One thread. */
public final class JsonMembers {

    private final ObjectNode object;
    private final String where;
    private final Set<String> taken = new HashSet<>();

    /** @param where for messages, such as {@code filter}; empty for the body itself */
    public JsonMembers(ObjectNode object, String where) {
        this.object = object;
        this.where = where.isEmpty() ? "" : where + ".";
    }

    public static JsonMembers ofBody(Request request) {
        return new JsonMembers(Json.object(request.body()), "");
    }

    /** The member as it is; absent if it is missing or null. */
    public Optional<JsonNode> any(String name) {
        taken.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** Whether it is there at all, as null too. */
    public boolean has(String name) {
        taken.add(name);
        return object.has(name);
    }

    public Optional<String> text(String name) {
        return any(name).map(value -> {
            if (!value.isTextual()) {
                throw wrong(name, "a string");
            }
            return value.textValue();
        });
    }

    public String requiredText(String name) {
        return text(name).orElseThrow(() -> HttpFailure.invalid("the member '" + where + name + "' is missing"));
    }

    public OptionalLong integer(String name, long min, long max) {
        Optional<JsonNode> value = any(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        boolean integer = value.get().isIntegralNumber() && value.get().canConvertToLong();
        long number = integer ? value.get().longValue() : 0;
        if (!integer || number < min || number > max) {
            throw wrong(name, "a whole number from " + min + " to " + max);
        }
        return OptionalLong.of(number);
    }

    public boolean flag(String name, boolean otherwise) {
        return any(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(name, "true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    /** A duration up to a bound, in milliseconds. */
    public OptionalLong durationMillis(String name, long maxMillis) {
        Optional<JsonNode> value = any(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().isTextual() && !value.get().isNumber()) {
            throw wrong(name, "a duration such as \"30s\", or a number of seconds");
        }
        long millis = Durations.parseMillis(value.get().asText(), "'" + where + name + "'");
        if (millis > maxMillis) {
            throw wrong(name, "a duration of at most " + Durations.format(maxMillis));
        }
        return OptionalLong.of(millis);
    }

    /** An amount of bytes, as text such as {@code 20GiB} or as a number. */
    public OptionalLong sizeBytes(String name) {
        Optional<JsonNode> value = any(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Sizes.parseBytes(value.get().asText()));
        } catch (IllegalArgumentException e) {
            throw wrong(name, "a size such as \"20GiB\", or a number of bytes");
        }
    }

    /** An offset, as padded or plain text or as a number. */
    public OptionalLong offset(String name) {
        Optional<JsonNode> value = any(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().isTextual() && !value.get().isIntegralNumber()) {
            throw wrong(name, "an offset such as \"0000000000004711\"");
        }
        return OptionalLong.of(OffsetInput.parse(value.get().asText()));
    }

    /** A list of strings; empty if the member is missing. */
    public List<String> texts(String name, int max) {
        Optional<JsonNode> value = any(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!value.get().isArray() || value.get().size() > max) {
            throw wrong(name, "an array of at most " + max + " strings");
        }
        List<String> texts = new ArrayList<>(value.get().size());
        for (JsonNode item : value.get()) {
            if (!item.isTextual()) {
                throw wrong(name, "an array of strings");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    public Optional<JsonMembers> object(String name) {
        return any(name).map(value -> {
            if (value instanceof ObjectNode inner) {
                return new JsonMembers(inner, where + name);
            }
            throw wrong(name, "an object");
        });
    }

    /** Refuses members that were not asked for. */
    public void end() {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!taken.contains(name)) {
                throw HttpFailure.invalid("unknown member '" + where + HttpFailure.shown(name) + "'; known here: "
                        + (taken.isEmpty() ? "none" : String.join(", ", new TreeSet<>(taken))));
            }
        }
    }

    private HttpFailure wrong(String name, String expected) {
        return HttpFailure.invalid("expected " + expected + " for '" + where + name + "'");
    }
}
