package dev.penstock.broker.config;

import dev.penstock.broker.config.YamlNode.Entry;
import dev.penstock.broker.config.YamlNode.Mapping;
import dev.penstock.broker.config.YamlNode.Scalar;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads where secrets are, and makes sure at start that they are there. Never puts one into a message. */
final class SecretBinder {

    private final Problems problems;
    private final Map<String, String> environment;
    private final Path baseDirectory;
    private boolean sawInline;

    SecretBinder(Problems problems, Map<String, String> environment, Path baseDirectory) {
        this.problems = problems;
        this.environment = environment;
        this.baseDirectory = baseDirectory;
    }

    /** True if the file itself holds a secret. */
    boolean sawInline() {
        return sawInline;
    }

    static String expected(Setting setting) {
        return setting.inlineSecret()
                ? "{env: NAME}, {file: PATH} or {value: TEXT}"
                : "{env: NAME} or {file: PATH}, as this secret does not stand in the file";
    }

    @Nullable
    Secret bind(Setting setting, YamlNode node, String key) {
        if (node instanceof Scalar scalar) {
            if (scalar.place().line() == 0) {
                String variable = scalar.place().origin();
                return new Secret.FromEnvironment(variable, scalar.text());
            }
            if (setting.inlineSecret()) {
                return inline(scalar.text());
            }
        }
        if (!(node instanceof Mapping mapping) || mapping.entries().size() != 1) {
            problems.add(node.place(), key, "expected " + expected(setting));
            return null;
        }
        Map.Entry<String, Entry> only = mapping.entries().entrySet().iterator().next();
        if (!(only.getValue().value() instanceof Scalar reference)) {
            problems.add(node.place(), key, "expected " + expected(setting));
            return null;
        }
        String way = only.getKey();
        if (way.equals("env")) {
            return fromEnvironment(reference, key);
        }
        if (way.equals("file")) {
            return fromFile(reference, key);
        }
        if (way.equals("value") && setting.inlineSecret()) {
            return inline(reference.text());
        }
        problems.add(only.getValue().place(), key, "expected " + expected(setting));
        return null;
    }

    private Secret inline(String text) {
        sawInline = true;
        return new Secret.Inline(text);
    }

    private @Nullable Secret fromEnvironment(Scalar reference, String key) {
        @Nullable String value = environment.get(reference.text());
        if (value == null || value.isEmpty()) {
            problems.add(
                    reference.place(),
                    key,
                    "expected the environment variable " + Problems.seen(reference.text()) + " to hold it, but it is "
                            + (value == null ? "not set" : "empty"));
            return null;
        }
        return new Secret.FromEnvironment(reference.text(), value);
    }

    private @Nullable Secret fromFile(Scalar reference, String key) {
        Secret.FromFile secret =
                new Secret.FromFile(baseDirectory.resolve(reference.text()).normalize());
        try {
            secret.reveal();
        } catch (Secret.Unreadable e) {
            problems.add(reference.place(), key, "expected a file that holds the secret, but " + e.getMessage());
            return null;
        }
        warnIfOpenToOthers(secret.path(), key);
        return secret;
    }

    /** A file that holds a secret should be its owner's alone. */
    void warnIfOpenToOthers(Path file, String what) {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                problems.warn(file + " holds " + what
                        + " and can be read by every user of this machine; run: chmod 600 " + file);
            }
        } catch (IOException e) {
            problems.warn("the permissions of " + file + " cannot be read ("
                    + e.getClass().getSimpleName() + ")");
        }
    }
}
