package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells the client commands of this user where the running demo is: {@code {"url","token"}} in the user's state directory. */
final class ContextFile {
    private final Path file;
    private final String text;

    ContextFile(Path file, String url, String token) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("url", url);
        context.put("token", token);
        this.file = file;
        this.text = Json.line(context) + "\n";
    }

    /** {@code $XDG_STATE_HOME/penstock/context.json}, else below {@code ~/.local/state}. */
    static Path usualPlace(Map<String, String> environment, String home) {
        String state = environment.get("XDG_STATE_HOME");
        // The specification says: a relative path is invalid and ignored.
        Path base = state != null && state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
        return base.resolve("penstock").resolve("context.json");
    }

    Path file() {
        return file;
    }

    void write() throws IOException {
        SecretFile.replace(file, text);
    }

    /** Removes it, unless another demo has written its own since. */
    void remove() throws IOException {
        if (Files.exists(file) && Files.readString(file).equals(text)) {
            Files.delete(file);
        }
    }
}
