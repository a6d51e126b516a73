package dev.penstock.broker.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A path with named segments, such as {@code /v1/groups/{group}/ack}. Immutable. */
final class PathPattern {

    private final List<String> segments;

    PathPattern(String pattern) {
        segments = List.of(pattern.split("/", -1));
    }

    /** The values of the named segments, as sent, percent-encoded; empty if the path is another. */
    Optional<Map<String, String>> match(String rawPath) {
        String[] parts = rawPath.split("/", -1);
        if (parts.length != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < parts.length; i++) {
            String segment = segments.get(i);
            if (segment.startsWith("{")) {
                values.put(segment.substring(1, segment.length() - 1), parts[i]);
            } else if (!segment.equals(parts[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
