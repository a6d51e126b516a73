package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.PercentCoding;
import dev.penstock.broker.http.Request;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Parameters such as {@code Attribute.1.Name} as the tree that their dots describe. Bounded: more parameters or deeper
 * names than any operation has are refused. One thread.
 */
final class QueryParameters {

    /** Twice a batch of ten messages with ten attributes each. */
    private static final int MAX_PARAMETERS = 2_000;

    /** {@code SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue} has six. */
    private static final int MAX_PARTS = 8;

    private final TreeMap<String, QueryParameters> children = new TreeMap<>();
    private @Nullable String value;

    private QueryParameters() {}

    /** @param withBody the body is a form */
    static QueryParameters of(Request request, boolean withBody) {
        QueryParameters root = new QueryParameters();
        int count = root.addAll(request.head().rawQuery(), 0);
        if (withBody) {
            root.addAll(new String(request.body(), StandardCharsets.ISO_8859_1), count);
        }
        return root;
    }

    private int addAll(String encoded, int before) {
        long count = before + encoded.chars().filter(c -> c == '&').count();
        if (count >= MAX_PARAMETERS) {
            throw malformed("expected at most " + MAX_PARAMETERS + " parameters");
        }
        List<PercentCoding.Parameter> parameters;
        try {
            parameters = PercentCoding.parameters(encoded);
        } catch (HttpFailure notWellFormed) {
            throw malformed("expected names and values in UTF-8, percent-encoded");
        }
        parameters.forEach(parameter -> add(parameter.name(), parameter.value()));
        return (int) count + 1;
    }

    private void add(String name, String text) {
        String[] parts = name.split("\\.", MAX_PARTS + 1);
        if (parts.length > MAX_PARTS) {
            throw malformed("expected names of at most " + MAX_PARTS + " parts");
        }
        QueryParameters at = this;
        for (String part : parts) {
            at = at.children.computeIfAbsent(part, key -> new QueryParameters());
        }
        if (at.value != null) {
            throw malformed("expected the parameter " + HttpFailure.shown(name) + " once");
        }
        at.value = text;
    }

    private static SqsFailure malformed(String detail) {
        return new SqsFailure(Kind.MALFORMED_QUERY, "The query string contains a syntax error: " + detail + ".");
    }

    Optional<String> text(String name) {
        return child(name).flatMap(QueryParameters::value);
    }

    Optional<String> value() {
        return Optional.ofNullable(value);
    }

    Optional<QueryParameters> child(String name) {
        return Optional.ofNullable(children.get(name));
    }

    Map<String, QueryParameters> children() {
        return children;
    }

    /** {@code X.1}, {@code X.2}, … in order of their numbers; old clients leave the number away where there is one only. */
    List<QueryParameters> items() {
        TreeMap<Integer, QueryParameters> numbered = new TreeMap<>();
        children.forEach((name, child) -> {
            if (name.matches("[0-9]{1,6}")) {
                numbered.putIfAbsent(Integer.valueOf(name), child);
            }
        });
        List<QueryParameters> items = new ArrayList<>();
        if (value != null || numbered.size() < children.size()) {
            items.add(this);
        }
        items.addAll(numbered.values());
        return items;
    }
}
