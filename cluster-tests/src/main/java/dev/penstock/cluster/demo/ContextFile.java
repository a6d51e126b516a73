package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the client commands of this user where the running demo is: {@code {"url","token"}} in the user's state directory. The
 * URL names all nodes, parted by commas: the first one may be the one that is killed.
 */
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
