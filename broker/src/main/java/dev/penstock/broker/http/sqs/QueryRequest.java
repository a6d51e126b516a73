package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Members of an operation out of the parameters of the Query protocol: flattened lists and maps made whole. Stateless. */
final class QueryRequest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,10}");

    private static final Set<String> INTEGERS = Set.of(
            "DelaySeconds",
            "MaxNumberOfMessages",
            "MaxNumberOfMessagesPerSecond",
            "MaxResults",
            "VisibilityTimeout",
            "WaitTimeSeconds");

    /** The parameter's name, and the member's. */
    private static final Map<String, String> LISTS = Map.of(
            "AttributeName", "AttributeNames",
            "MessageSystemAttributeName", "MessageSystemAttributeNames",
            "MessageAttributeName", "MessageAttributeNames",
            "TagKey", "TagKeys",
            "ActionName", "Actions",
            "AWSAccountId", "AWSAccountIds");

    private static final Map<String, String> MESSAGE_ATTRIBUTES = Map.of(
            "MessageAttribute", "MessageAttributes",
            "MessageSystemAttribute", "MessageSystemAttributes");

    private QueryRequest() {}

    /** @param path of the request: the queue, where no parameter names it */
    static ObjectNode object(String action, QueryParameters parameters, String path) {
        ObjectNode object = NODES.objectNode();
        parameters.children().forEach((name, parameter) -> {
            if (name.equals("Attribute")) {
                object.set("Attributes", map(parameter, "Name"));
            } else if (name.equals("Tag")) {
                // CreateQueue's casing is AWS' own.
                object.set(action.equals("CreateQueue") ? "tags" : "Tags", map(parameter, "Key"));
            } else if (name.equals(action + "RequestEntry")) {
                object.set("Entries", entries(parameter));
            } else {
                put(object, name, parameter);
            }
        });
        if (!object.has("QueueUrl") && path.length() > 1) {
            object.put("QueueUrl", path);
        }
        return object;
    }

    private static void put(ObjectNode object, String name, QueryParameters parameter) {
        String list = LISTS.get(name);
        String attributes = MESSAGE_ATTRIBUTES.get(name);
        if (list != null) {
            ArrayNode texts = object.putArray(list);
            parameter.items().forEach(item -> item.value().ifPresent(texts::add));
        } else if (attributes != null) {
            object.set(attributes, messageAttributes(parameter));
        } else if (parameter.value().isPresent()) {
            String text = parameter.value().get();
            if (INTEGERS.contains(name)) {
                object.put(name, integer(name, text));
            } else {
                object.put(name, text);
            }
        }
    }

    private static int integer(String name, String text) {
        if (INTEGER.matcher(text).matches()) {
            long value = Long.parseLong(text);
            if (value == (int) value) {
                return (int) value;
            }
        }
        throw SqsFailure.invalidValue(text, name, "Must be an integer.");
    }

    private static ObjectNode map(QueryParameters parameter, String keyName) {
        ObjectNode map = NODES.objectNode();
        for (QueryParameters item : parameter.items()) {
            item.text(keyName).ifPresent(key -> map.put(key, item.text("Value").orElse("")));
        }
        return map;
    }

    private static ArrayNode entries(QueryParameters parameter) {
        ArrayNode entries = NODES.arrayNode();
        for (QueryParameters item : parameter.items()) {
            ObjectNode entry = entries.addObject();
            item.children().forEach((name, member) -> put(entry, name, member));
        }
        return entries;
    }

    /** {@code MessageAttribute.1.Name}, {@code MessageAttribute.1.Value.StringValue}. */
    private static ObjectNode messageAttributes(QueryParameters parameter) {
        ObjectNode attributes = NODES.objectNode();
        for (QueryParameters item : parameter.items()) {
            ObjectNode value = attributes.putObject(item.text("Name").orElse(""));
            item.child("Value")
                    .ifPresent(parts -> parts.children()
                            .forEach((name, part) -> part.value().ifPresent(text -> value.put(name, text))));
        }
        return attributes;
    }
}
