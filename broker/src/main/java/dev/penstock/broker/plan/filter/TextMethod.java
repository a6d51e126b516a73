package dev.penstock.broker.plan.filter;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The methods of texts. */
enum TextMethod {
    STARTS_WITH("startsWith"),
    ENDS_WITH("endsWith"),
    CONTAINS("contains");

    private final String word;

    TextMethod(String word) {
        this.word = word;
    }

    static Optional<TextMethod> named(String word) {
        return Arrays.stream(values())
                .filter(method -> method.word.equals(word))
                .findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(method -> method.word).toList();
    }

    boolean holds(String text, String part, Steps steps) {
        steps.take(part.length() + 1L);
        return switch (this) {
            case STARTS_WITH -> text.startsWith(part);
            case ENDS_WITH -> text.endsWith(part);
            case CONTAINS -> part.length() <= text.length() && new TextSearch(part).find(text, 0, steps) >= 0;
        };
    }
}
