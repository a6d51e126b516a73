package dev.penstock.cluster.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts violations by kind and keeps a sentence for the first few. Confined to one thread. */
final class Violations {
    /** Enough to see a pattern, few enough to read. */
    private static final int EXAMPLES = 20;

    enum Kind {
        LOST,
        MISSING,
        DUPLICATED,
        OUT_OF_ORDER,
        TORN,
        PHANTOM,
        OVERLAPPING
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final List<String> examples = new ArrayList<>();

    void add(Kind kind, String sentence) {
        counts.merge(kind, 1L, Long::sum);
        if (examples.size() < EXAMPLES) {
            examples.add(kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + ": " + sentence);
        }
    }

    long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    List<String> examples() {
        return List.copyOf(examples);
    }
}
