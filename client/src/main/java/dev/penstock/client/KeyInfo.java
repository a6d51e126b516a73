package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A key as the server describes it; members that this version does not know stay in {@link #json}.
 *
 * @param json the whole description; not to be changed
 */
public record KeyInfo(@JsonValue ObjectNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public KeyInfo {}

    public String id() {
        return json.path("id").asText();
    }

    /** {@code cluster}, or {@code configuration} for one that stands in the nodes' files. */
    public String origin() {
        return json.path("origin").asText();
    }

    /** {@code active}, {@code rotating} (two secrets are good) or {@code revoked}. */
    public String state() {
        return json.path("state").asText();
    }

    public List<String> scopes() {
        List<String> scopes = new ArrayList<>();
        for (JsonNode scope : json.path("scopes")) {
            scopes.add(scope.asText());
        }
        return scopes;
    }

    /** ISO 8601; empty for a key of the configuration. */
    public String createdAt() {
        return json.path("created_at").asText("");
    }

    /** How long the secret before the last rotation is still good, such as {@code 43200s}; empty if it is not. */
    public String previousValidFor() {
        return json.path("previous_valid_for").asText("");
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
