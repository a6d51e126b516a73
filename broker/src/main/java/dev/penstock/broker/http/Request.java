package dev.penstock.broker.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A complete request.
 *
 * @param body the bytes as sent (without the framing); never changed
 * @param secure it came over TLS
 */
public record Request(RequestHead head, byte[] body, boolean secure) {

    Request(RequestHead head, byte[] body) {
        this(head, body, false);
    }

    public String method() {
        return head.method();
    }

    public Headers headers() {
        return head.headers();
    }

    /** The decoded value of a query parameter; a parameter named twice is refused. */
    public Optional<String> query(String name) {
        List<String> found = new ArrayList<>(1);
        for (PercentCoding.Parameter parameter : PercentCoding.parameters(head.rawQuery())) {
            if (parameter.name().equals(name)) {
                found.add(parameter.value());
            }
        }
        if (found.size() > 1) {
            throw HttpFailure.invalid(
                    "query parameter '" + name + "' is given " + found.size() + " times; give it once");
        }
        return found.stream().findFirst();
    }

    /** Refuses query parameters that the endpoint does not know, so that a misspelt one is not ignored in silence. */
    public void onlyQuery(String... known) {
        List<String> names = List.of(known);
        for (PercentCoding.Parameter parameter : PercentCoding.parameters(head.rawQuery())) {
            if (!names.contains(parameter.name())) {
                throw HttpFailure.invalid("unknown query parameter '" + HttpFailure.shown(parameter.name())
                        + "'; known here: " + (names.isEmpty() ? "none" : String.join(", ", names)));
            }
        }
    }
}
