package dev.penstock.broker.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** All keys that a configuration may have, and which of them somebody probably meant. Immutable. */
final class KnownKeys {

    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");

    private final List<String> all = new ArrayList<>();

    KnownKeys(Class<? extends Record> root) {
        gather(root, "");
    }

    private void gather(Class<? extends Record> type, String prefix) {
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = settingOf(component);
            String key = prefix + setting.key();
            all.add(key);
            Class<?> inner = valueClass(component);
            if (isSection(inner)) {
                gather(inner.asSubclass(Record.class), key + (component.getType() == List.class ? "[]." : "."));
            }
        }
    }

    /** Full keys, sections and their members, in the order of the records; list members as {@code peers[].id}. */
    List<String> all() {
        return List.copyOf(all);
    }

    /** The known key that is nearest to {@code unknown}: a neighbour first, then the same word in another section. */
    Optional<String> nearest(String unknown) {
        String path = INDEX.matcher(unknown).replaceAll("[]");
        String section = path.substring(0, path.lastIndexOf('.') + 1);
        String word = path.substring(section.length());
        Optional<String> neighbour = nearestOf(
                word,
                all.stream()
                        .filter(key -> key.startsWith(section) && key.indexOf('.', section.length()) < 0)
                        .toList());
        if (neighbour.isPresent()) {
            return neighbour;
        }
        return nearestOf(word, all);
    }

    private static Optional<String> nearestOf(String word, List<String> keys) {
        // A third of the letters may be wrong: more, and the hint would rather puzzle than help.
        int allowed = Math.max(1, word.length() / 3);
        return keys.stream()
                .min(Comparator.comparingInt(key -> distance(word, lastWord(key))))
                .filter(key -> distance(word, lastWord(key)) <= allowed);
    }

    private static String lastWord(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** Number of letters to insert, remove, change or swap with their neighbour. */
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
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[left.length()][right.length()];
    }

    static Setting settingOf(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalStateException("expected @Setting on " + component.getDeclaringRecord() + "." + component);
        }
        return setting;
    }

    /** The type of the value itself: of its elements for a list, of its content for an optional one. */
    static Class<?> valueClass(RecordComponent component) {
        Type type = component.getGenericType();
        return type instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getActualTypeArguments()[0]
                : component.getType();
    }

    static boolean isSection(Class<?> type) {
        return type.isRecord() && type.getRecordComponents()[0].isAnnotationPresent(Setting.class);
    }
}
