package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members of a request. Lenient as AWS is: members that are not known are left alone, so that newer SDKs work; a wrong
 * type is refused.
 */
record SqsInput(ObjectNode object) {

    static SqsInput of(Exchange exchange) {
        try {
            return new SqsInput(Json.object(exchange.request().body()));
        } catch (HttpFailure notJson) {
            throw new SqsFailure(Kind.SERIALIZATION, notJson.detail());
        }
    }

    private Optional<JsonNode> member(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Optional<String> text(String name) {
        return member(name).map(value -> {
            if (!value.isTextual()) {
                throw wrongType(name, "a string");
            }
            return value.textValue();
        });
    }

    String requiredText(String name) {
        return text(name).filter(text -> !text.isEmpty()).orElseThrow(() -> SqsFailure.missing(name));
    }

    OptionalInt integer(String name) {
        Optional<JsonNode> value = member(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!value.get().isIntegralNumber() || !value.get().canConvertToInt()) {
            throw wrongType(name, "an integer");
        }
        return OptionalInt.of(value.get().intValue());
    }

    /** @param reason AWS' own words for what it must be */
    OptionalInt integer(String name, int min, int max, String reason) {
        OptionalInt value = integer(name);
        if (value.isPresent() && (value.getAsInt() < min || value.getAsInt() > max)) {
            throw SqsFailure.invalidValue(Integer.toString(value.getAsInt()), name, reason);
        }
        return value;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : list(name)) {
            if (!item.isTextual()) {
                throw wrongType(name, "a list of strings");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    /** A map of strings, in order of its keys; empty if it is missing. */
    SortedMap<String, String> map(String name) {
        SortedMap<String, String> map = new TreeMap<>();
        Optional<JsonNode> value = member(name);
        if (value.isPresent() && !value.get().isObject()) {
            throw wrongType(name, "a map");
        }
        if (value.isPresent()) {
            for (Map.Entry<String, JsonNode> entry : value.get().properties()) {
                if (!entry.getValue().isTextual()) {
                    throw wrongType(name, "a map of strings");
                }
                map.put(entry.getKey(), entry.getValue().textValue());
            }
        }
        return map;
    }

    /** A map of anything, in order of its keys; empty if it is missing. */
    SortedMap<String, JsonNode> nodes(String name) {
        SortedMap<String, JsonNode> nodes = new TreeMap<>();
        Optional<JsonNode> value = member(name);
        if (value.isPresent() && !value.get().isObject()) {
            throw wrongType(name, "a map");
        }
        value.ifPresent(map -> map.properties().forEach(entry -> nodes.put(entry.getKey(), entry.getValue())));
        return nodes;
    }

    List<SqsInput> structures(String name) {
        List<SqsInput> structures = new ArrayList<>();
        for (JsonNode item : list(name)) {
            if (!(item instanceof ObjectNode inner)) {
                throw wrongType(name, "a list of structures");
            }
            structures.add(new SqsInput(inner));
        }
        return structures;
    }

    boolean has(String name) {
        return member(name).isPresent();
    }

    private Iterable<JsonNode> list(String name) {
        Optional<JsonNode> value = member(name);
        if (value.isPresent() && !value.get().isArray()) {
            throw wrongType(name, "a list");
        }
        return value.isPresent() ? value.get() : List.of();
    }

    private static SqsFailure wrongType(String name, String expected) {
        return new SqsFailure(Kind.SERIALIZATION, name + " is expected to be " + expected + ".");
    }
}
