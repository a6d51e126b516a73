package dev.penstock.broker.http;

import java.util.Arrays;

/**
 * One thing that a key may do: {@code admin}, {@code monitor}, {@code consume:<group pattern>}, {@code read:<stream pattern>},
 * {@code send:<queue pattern>}; without a pattern the latter three hold for all. In a pattern {@code *} stands for any
 * characters, also none; all others for themselves. A queue is named without its {@code .fifo}.
 *
 * @param pattern {@code *} where the scope has no objects
 */
public record Permission(Scope scope, String pattern) {

    private static final String ALL = "*";

    /** As long as the longest queue name, with room for stars. */
    private static final int MAX_PATTERN_LENGTH = 100;

    /** What a text must be, in words. */
    public static final String FORMS =
            "admin, monitor, consume:<group>, read:<stream> or send:<queue>, where * in a name stands for any characters";

    public Permission {
        if (!isPattern(scope, pattern)) {
            throw new IllegalArgumentException("expected 1 to " + MAX_PATTERN_LENGTH
                    + " letters, digits, '-', '_' and '*' after '" + scope.word()
                    + ":'; queue names stand without .fifo");
        }
    }

    public static Permission all(Scope scope) {
        return new Permission(scope, ALL);
    }

    /** Throws {@link IllegalArgumentException}, whose message says what was expected and not what was given. */
    public static Permission parse(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        Scope scope = Arrays.stream(Scope.values())
                .filter(known -> known.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected " + FORMS));
        if (colon < 0) {
            return all(scope);
        }
        if (!scope.hasObjects()) {
            throw new IllegalArgumentException("expected '" + scope.word() + "' without a pattern; it holds for all");
        }
        return new Permission(scope, text.substring(colon + 1));
    }

    private static boolean isPattern(Scope scope, String pattern) {
        if (!scope.hasObjects()) {
            return pattern.equals(ALL);
        }
        return !pattern.isEmpty()
                && pattern.length() <= MAX_PATTERN_LENGTH
                && pattern.chars().allMatch(Permission::isPatternCharacter);
    }

    private static boolean isPatternCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '*';
    }

    boolean coversAll() {
        return pattern.chars().allMatch(c -> c == '*');
    }

    /** Takes time in proportion to the two lengths' product at most. */
    boolean covers(String name) {
        int p = 0;
        int star = -1;
        int resume = 0;
        int n = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                // The last star takes one character more.
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        return pattern.substring(p).chars().allMatch(c -> c == '*');
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return scope.hasObjects() ? scope.word() + ":" + pattern : scope.word();
    }
}
