package dev.penstock.broker.plan.filter;

/** Finds one text in others in linear time, whatever they are (Knuth, Morris, Pratt). Immutable. */
final class TextSearch {

    private final String wanted;
    /** Length of the longest proper prefix that ends here as well, by place. */
    private final int[] border;

    TextSearch(String wanted) {
        this.wanted = wanted;
        this.border = new int[wanted.length()];
        int length = 0;
        for (int i = 1; i < wanted.length(); i++) {
            while (length > 0 && wanted.charAt(i) != wanted.charAt(length)) {
                length = border[length - 1];
            }
            if (wanted.charAt(i) == wanted.charAt(length)) {
                length++;
            }
            border[i] = length;
        }
    }

    /** Where it begins, from {@code from} on; -1 if nowhere. */
    int find(String text, int from, Steps steps) {
        if (wanted.isEmpty()) {
            return from;
        }
        steps.take(text.length() - from);
        int length = 0;
        for (int i = from; i < text.length(); i++) {
            while (length > 0 && text.charAt(i) != wanted.charAt(length)) {
                length = border[length - 1];
            }
            if (text.charAt(i) == wanted.charAt(length)) {
                length++;
            }
            if (length == wanted.length()) {
                return i - length + 1;
            }
        }
        return -1;
    }

    int length() {
        return wanted.length();
    }
}
