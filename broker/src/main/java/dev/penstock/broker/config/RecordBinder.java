package dev.penstock.broker.config;

import dev.penstock.broker.config.YamlNode.Empty;
import dev.penstock.broker.config.YamlNode.Entry;
import dev.penstock.broker.config.YamlNode.Mapping;
import dev.penstock.broker.config.YamlNode.Scalar;
import dev.penstock.broker.config.YamlNode.Sequence;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes records from what was read, noting every problem on the way. A record that cannot be made is null, and so is
 * the one that holds it. One use per file; single-threaded.
 */
final class RecordBinder {

    private final KnownKeys known;
    private final Problems problems;
    private final SecretBinder secrets;
    private final Path baseDirectory;
    private final BoundValues bound;

    RecordBinder(KnownKeys known, Problems problems, SecretBinder secrets, Path baseDirectory, BoundValues bound) {
        this.known = known;
        this.problems = problems;
        this.secrets = secrets;
        this.baseDirectory = baseDirectory;
        this.bound = bound;
    }

    <T extends Record> @Nullable T bind(Class<T> type, Mapping mapping, String path) {
        bound.place(path, mapping.place());
        RecordComponent[] components = type.getRecordComponents();
        reportUnknownKeys(components, mapping, path);
        Object[] values = new Object[components.length];
        boolean complete = true;
        for (int i = 0; i < components.length; i++) {
            Setting setting = KnownKeys.settingOf(components[i]);
            String key = path.isEmpty() ? setting.key() : path + "." + setting.key();
            @Nullable Entry entry = mapping.entries().get(setting.key());
            if (entry != null) {
                bound.place(key, entry.place());
            }
            @Nullable Object value = component(components[i], setting, entry, key, mapping.place());
            complete &= value != null;
            if (value != null) {
                values[i] = value;
                bound.value(key, value);
            }
        }
        return complete ? construct(type, components, values) : null;
    }

    private void reportUnknownKeys(RecordComponent[] components, Mapping mapping, String path) {
        Set<String> keys = new HashSet<>();
        Arrays.stream(components)
                .forEach(component -> keys.add(KnownKeys.settingOf(component).key()));
        mapping.entries().forEach((name, entry) -> {
            if (!keys.contains(name)) {
                String key = path.isEmpty() ? name : path + "." + name;
                String hint = known.nearest(key)
                        .map(nearest -> "did you mean " + nearest + "?")
                        .orElse("expected one of "
                                + String.join(", ", keys.stream().sorted().toList()));
                problems.add(entry.place(), key, "unknown key; " + hint);
            }
        });
    }

    private @Nullable Object component(
            RecordComponent component, Setting setting, @Nullable Entry entry, String key, Place section) {
        Class<?> type = KnownKeys.valueClass(component);
        @Nullable YamlNode node = entry == null ? null : entry.value();
        if (component.getType() == List.class) {
            return list(component, type, setting, node, key);
        }
        if (component.getType() == Optional.class) {
            if (node == null || node instanceof Empty) {
                return Optional.empty();
            }
            @Nullable Object content = single(component, type, setting, node, key);
            return content == null ? null : Optional.of(content);
        }
        if (KnownKeys.isSection(type) && (node == null || node instanceof Empty)) {
            // Absent: everything in it takes its default, and what has none is reported key by key.
            Place place = entry == null ? section : entry.place();
            return bind(type.asSubclass(Record.class), new Mapping(place, Map.of()), key);
        }
        if (node != null) {
            return single(component, type, setting, node, key);
        }
        if (setting.fallback().equals(Setting.REQUIRED)) {
            problems.add(section, key, "required, but missing; expected " + expected(component, type, setting));
            return null;
        }
        return form(component, type, setting).parse().apply(setting.fallback());
    }

    private @Nullable Object list(
            RecordComponent component, Class<?> type, Setting setting, @Nullable YamlNode node, String key) {
        if (node == null || node instanceof Empty) {
            return List.of();
        }
        if (!(node instanceof Sequence sequence)) {
            problems.add(node.place(), key, "expected a list, but got " + node.kind() + "; begin each entry with '- '");
            return null;
        }
        List<Object> items = new ArrayList<>();
        boolean complete = true;
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlNode item = sequence.items().get(i);
            String itemKey = key + "[" + i + "]";
            bound.place(itemKey, item.place());
            @Nullable Object value = single(component, type, setting, item, itemKey);
            complete &= value != null;
            if (value != null) {
                items.add(value);
                bound.value(itemKey, value);
            }
        }
        bound.size(key, sequence.items().size());
        return complete ? items : null;
    }

    private @Nullable Object single(
            RecordComponent component, Class<?> type, Setting setting, YamlNode node, String key) {
        if (type == Secret.class) {
            return secrets.bind(setting, node, key);
        }
        if (KnownKeys.isSection(type)) {
            if (node instanceof Mapping mapping) {
                return bind(type.asSubclass(Record.class), mapping, key);
            }
            problems.add(node.place(), key, "expected a section with keys of its own, but got " + node.kind());
            return null;
        }
        if (!(node instanceof Scalar scalar)) {
            String remedy = node instanceof Empty && !setting.fallback().equals(Setting.REQUIRED)
                    ? "; remove the key to take the default " + setting.fallback()
                    : "";
            problems.add(
                    node.place(),
                    key,
                    "expected " + expected(component, type, setting) + ", but got " + node.kind() + remedy);
            return null;
        }
        try {
            return form(component, type, setting).parse().apply(scalar.text());
        } catch (IllegalArgumentException e) {
            problems.add(scalar.place(), key, mismatch(component, type, setting, scalar.text(), e));
            return null;
        }
    }

    private String mismatch(
            RecordComponent component, Class<?> type, Setting setting, String text, IllegalArgumentException e) {
        String expected = "expected " + expected(component, type, setting);
        if (type == DatabaseUrl.class) {
            // The text may hold a password.
            return expected + ", but " + e.getMessage();
        }
        return expected + ", but got " + Problems.seen(text);
    }

    private String expected(RecordComponent component, Class<?> type, Setting setting) {
        if (type == Secret.class) {
            return SecretBinder.expected(setting);
        }
        return form(component, type, setting).expected();
    }

    private Form form(RecordComponent component, Class<?> type, Setting setting) {
        return Forms.of(type, component.getName(), setting, baseDirectory);
    }

    private static <T extends Record> T construct(Class<T> type, RecordComponent[] components, Object[] values) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("expected " + type + " to be made from its components", e);
        }
    }
}
