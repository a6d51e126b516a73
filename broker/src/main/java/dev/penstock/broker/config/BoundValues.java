package dev.penstock.broker.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was understood of a file, key by key: so that values can be checked against each other although some are wrong,
 * and all problems come at once. Single-threaded.
 */
final class BoundValues {

    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, Integer> sizes = new HashMap<>();

    void place(String key, Place place) {
        places.put(key, place);
    }

    void value(String key, Object value) {
        values.put(key, value);
    }

    void size(String key, int size) {
        sizes.put(key, size);
    }

    /** Where a key, or else the nearest section around it, was written. */
    Place placeOf(String key) {
        @Nullable Place place = places.get(key);
        if (place != null) {
            return place;
        }
        if (key.isEmpty()) {
            throw new IllegalStateException("expected the place of the file itself");
        }
        int cut = Math.max(key.lastIndexOf('.'), key.lastIndexOf('['));
        return placeOf(cut < 0 ? "" : key.substring(0, cut));
    }

    /** Empty if the key was not understood, or is optional and absent. */
    <T> Optional<T> get(String key, Class<T> type) {
        @Nullable Object value = values.get(key);
        Object content = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        return type.isInstance(content) ? Optional.of(type.cast(content)) : Optional.empty();
    }

    boolean isKnown(String key) {
        return values.containsKey(key);
    }

    boolean isTrue(String key) {
        return get(key, Boolean.class).orElse(false);
    }

    /** How many entries the file has in this list, understood or not. */
    int sizeOf(String key) {
        return sizes.getOrDefault(key, 0);
    }
}
