package dev.penstock.broker.config;

import dev.penstock.broker.config.YamlNode.Empty;
import dev.penstock.broker.config.YamlNode.Entry;
import dev.penstock.broker.config.YamlNode.Mapping;
import dev.penstock.broker.config.YamlNode.Scalar;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lays variables such as {@code PENSTOCK_NODE__DATA_DIR} over the file: two underscores part section and key. For
 * containers and units, which share one file. Lists stand in the file only.
 */
final class EnvironmentOverrides {

    private static final String PREFIX = "PENSTOCK_";
    private static final String SEPARATOR = "__";

    private EnvironmentOverrides() {}

    /** @param top its entries are changed */
    static void apply(Map<String, String> environment, Mapping top, Problems problems) {
        new TreeMap<>(environment).forEach((name, value) -> {
            if (name.startsWith(PREFIX) && name.contains(SEPARATOR)) {
                String[] keys =
                        name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).split(SEPARATOR, -1);
                set(top, keys, Place.of(name), value, problems);
            }
        });
    }

    private static void set(Mapping top, String[] keys, Place place, String value, Problems problems) {
        Mapping section = top;
        for (int i = 0; i < keys.length - 1; i++) {
            @Nullable Entry entry = section.entries().get(keys[i]);
            if (entry == null || entry.value() instanceof Empty) {
                Place at = entry == null ? place : entry.place();
                entry = new Entry(at, new Mapping(at, new LinkedHashMap<>()));
                section.entries().put(keys[i], entry);
            }
            if (!(entry.value() instanceof Mapping next)) {
                problems.add(
                        place,
                        String.join(".", keys),
                        "expected the name of a key in a section, but the file has "
                                + entry.value().kind() + " at " + keys[i]);
                return;
            }
            section = next;
        }
        section.entries().put(keys[keys.length - 1], new Entry(place, new Scalar(place, value)));
    }
}
