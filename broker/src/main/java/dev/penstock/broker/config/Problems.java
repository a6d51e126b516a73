package dev.penstock.broker.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what is wrong while a configuration is read. Single-threaded. */
final class Problems {

    private static final int MAX_SEEN_CHARS = 80;

    private final List<Problem> found = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    void add(Place place, String key, String message) {
        found.add(new Problem(place.origin(), place.line(), key, message));
    }

    void warn(String message) {
        if (!warnings.contains(message)) {
            warnings.add(message);
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    List<Problem> sorted() {
        return found.stream()
                .sorted(Comparator.comparing(Problem::origin).thenComparingInt(Problem::line))
                .toList();
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** A value as it may be shown in a message: quoted, bounded, without control characters. */
    static String seen(String text) {
        String bounded = text.length() > MAX_SEEN_CHARS ? text.substring(0, MAX_SEEN_CHARS) + "…" : text;
        return "'" + bounded.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
