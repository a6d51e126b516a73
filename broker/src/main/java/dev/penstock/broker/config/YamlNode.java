package dev.penstock.broker.config;

import java.util.List;
import java.util.Map;

/** A piece of the file, with its place. Scalars keep the text that was written: what it means is the record's business. */
sealed interface YamlNode {

    Place place();

    record Scalar(Place place, String text) implements YamlNode {}

    /** A key without a value. */
    record Empty(Place place) implements YamlNode {}

    record Sequence(Place place, List<YamlNode> items) implements YamlNode {}

    /** @param entries in the order of the file */
    record Mapping(Place place, Map<String, Entry> entries) implements YamlNode {}

    record Entry(Place place, YamlNode value) {}

    default String kind() {
        if (this instanceof Scalar) {
            return "a single value";
        }
        if (this instanceof Empty) {
            return "nothing";
        }
        return this instanceof Sequence ? "a list" : "a section";
    }
}
