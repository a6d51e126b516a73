package dev.penstock.broker.plan.filter;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Which known name somebody may have meant. */
final class NearestName {

    private NearestName() {}

    /** What is known instead, the nearest first. */
    static String instead(String word, Collection<String> known) {
        String nearest = hint(word, known);
        return (nearest.isEmpty() ? "; expected " : nearest + " Expected ") + String.join(", ", known);
    }

    /** {@code , did you mean 'record'?}, or nothing. */
    static String hint(String word, Collection<String> known) {
        // A word much longer than any name is none of them.
        if (word.length() > 40) {
            return "";
        }
        String lower = word.toLowerCase(Locale.ROOT);
        int allowed = Math.max(1, word.length() / 3);
        return known.stream()
                .min(Comparator.comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))))
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= allowed)
                .map(name -> ", did you mean '" + name + "'?")
                .orElse("");
    }

    /** Letters to insert, remove, change or swap with their neighbour. */
    static int distance(String left, String right) {
        int[][] cost = new int[left.length() + 1][right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            for (int j = 0; j <= right.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[left.length()][right.length()];
    }
}
