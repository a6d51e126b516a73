package dev.penstock.broker.plan.filter;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of SQL's LIKE: {@code %} stands for any characters, {@code _} for one, a backslash takes the meaning from the
 * character after it. Matched piece by piece between the percent signs, leftmost first, which never has to go back.
 * Immutable.
 */
final class LikePattern {

    /** Stands for the underscore among code points. */
    private static final int ANY_ONE = -1;

    /**
     * What stands between two percent signs.
     *
     * @param search null if it has an underscore: then it is compared place by place
     */
    private record Piece(int[] points, @Nullable TextSearch search) {}

    private final List<Piece> pieces = new ArrayList<>();

    /** Throws {@link IllegalArgumentException} saying what is wrong. */
    LikePattern(String pattern) {
        List<Integer> points = new ArrayList<>();
        for (int i = 0; i < pattern.length(); i += Character.charCount(pattern.codePointAt(i))) {
            int c = pattern.codePointAt(i);
            if (c == '%') {
                pieces.add(piece(points));
                points.clear();
            } else if (c == '_') {
                points.add(ANY_ONE);
            } else if (c == '\\') {
                i++;
                if (i == pattern.length()) {
                    throw new IllegalArgumentException("expected a character after the last backslash of the pattern");
                }
                points.add(pattern.codePointAt(i));
            } else {
                points.add(c);
            }
        }
        pieces.add(piece(points));
    }

    private static Piece piece(List<Integer> points) {
        int[] all = points.stream().mapToInt(Integer::intValue).toArray();
        if (points.contains(ANY_ONE)) {
            return new Piece(all, null);
        }
        return new Piece(all, new TextSearch(new String(all, 0, all.length)));
    }

    boolean matches(String text, Steps steps) {
        Piece first = pieces.get(0);
        int at = endOf(first, text, 0, steps);
        if (at < 0 || pieces.size() == 1) {
            return at == text.length();
        }
        for (int i = 1; i < pieces.size() - 1; i++) {
            at = endOfNext(pieces.get(i), text, at, steps);
            if (at < 0) {
                return false;
            }
        }
        Piece last = pieces.get(pieces.size() - 1);
        int from = startOfLast(last, text);
        return from >= at && endOf(last, text, from, steps) == text.length();
    }

    /** Where the last piece has to begin to end with the text; -1 if the text is too short. */
    private static int startOfLast(Piece last, String text) {
        int from = text.length();
        for (int i = 0; i < last.points.length; i++) {
            if (from == 0) {
                return -1;
            }
            from -= Character.charCount(text.codePointBefore(from));
        }
        return from;
    }

    /** Where the piece ends if it begins at this place; -1 if it does not. */
    private static int endOf(Piece piece, String text, int from, Steps steps) {
        int at = from;
        for (int point : piece.points) {
            steps.take(1);
            if (at >= text.length()) {
                return -1;
            }
            int c = text.codePointAt(at);
            if (point != ANY_ONE && point != c) {
                return -1;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /** Where the first piece like this from this place on ends; -1 if there is none. */
    private static int endOfNext(Piece piece, String text, int from, Steps steps) {
        if (piece.search != null) {
            int found = piece.search.find(text, from, steps);
            return found < 0 ? -1 : found + piece.search.length();
        }
        for (int start = from; start < text.length(); start += Character.charCount(text.codePointAt(start))) {
            int end = endOf(piece, text, start, steps);
            if (end >= 0) {
                return end;
            }
        }
        return -1;
    }
}
