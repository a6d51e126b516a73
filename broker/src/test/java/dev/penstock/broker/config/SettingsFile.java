package dev.penstock.broker.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes configuration files for tests and loads them. */
final class SettingsFile {

    static final String SECRET = "0123456789abcdef0123456789abcdef";

    /** The least that a node needs. Five lines. */
    static final String MINIMAL = """
            cluster: { id: c1, secret: { value: 0123456789abcdef0123456789abcdef } }
            node: { id: n1, data_dir: data }
            keys:
              - { id: app, secret: 0123456789abcdef, scopes: [admin] }
            """;

    private SettingsFile() {}

    static Path write(Path directory, String text) {
        try {
            return Files.writeString(directory.resolve("penstock.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static NodeConfig load(Path directory, String text) {
        return load(directory, text, Map.of());
    }

    static NodeConfig load(Path directory, String text, Map<String, String> environment) {
        try {
            return ConfigLoader.load(write(directory, text), environment).config();
        } catch (ConfigRefused e) {
            throw new AssertionError("expected no problem, but got " + e.problems(), e);
        }
    }

    /** Problems as {@code line key: message}. */
    static List<String> problems(Path directory, String text, Map<String, String> environment) {
        try {
            ConfigLoader.load(write(directory, text), environment);
            return List.of();
        } catch (ConfigRefused e) {
            return e.problems().stream()
                    .map(problem -> problem.line() + " " + problem.key() + ": " + problem.message())
                    .collect(Collectors.toList());
        }
    }

    static List<String> problems(Path directory, String text) {
        return problems(directory, text, Map.of());
    }
}
