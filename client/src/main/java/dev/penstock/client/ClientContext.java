package dev.penstock.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a running demo is, as it tells the commands of its user: {@code {"url": …, "token": …}} in
 * {@code $XDG_STATE_HOME/penstock/context.json}, else below {@code ~/.local/state}.
 *
 * @param url may name several, parted by commas
 */
public record ClientContext(String url, String token) {

    /** @param home the user's home directory */
    public static Path usualPlace(Map<String, String> environment, String home) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        // The XDG specification: a relative path is invalid and to be ignored.
        Path base = state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
        return base.resolve("penstock").resolve("context.json");
    }

    /** Empty if there is no such file; throws {@link IOException} if it is there and of no use. */
    public static Optional<ClientContext> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode json;
        try {
            json = Json.tree(Files.readAllBytes(file));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // Its message quotes the file, which holds a token.
            throw new IOException("expected JSON in " + file + ", but it is not; remove it", e);
        }
        String url = json.path("url").asText("");
        String token = json.path("token").asText("");
        if (url.isEmpty() || token.isEmpty()) {
            throw new IOException("expected members 'url' and 'token' in " + file + "; remove it");
        }
        return Optional.of(new ClientContext(url, token));
    }

    @Override
    public String toString() {
        return "ClientContext[" + url + "]";
    }
}
