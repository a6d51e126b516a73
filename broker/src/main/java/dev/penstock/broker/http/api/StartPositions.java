package dev.penstock.broker.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.storage.model.StartPosition;

/** Where a group begins or goes to: {@code "earliest"}, {@code "latest"} or {@code {"offset":"…"}}. Stateless. */
final class StartPositions {

    private StartPositions() {}

    static StartPosition parse(JsonNode node, String name) {
        if (node instanceof ObjectNode object) {
            JsonMembers members = new JsonMembers(object, name);
            long offset = members.offset("offset").orElse(-1);
            members.end();
            if (offset >= 0) {
                return new StartPosition.AtOffset(offset);
            }
        } else if (node.isTextual() && node.textValue().equals("earliest")) {
            return new StartPosition.Earliest();
        } else if (node.isTextual() && node.textValue().equals("latest")) {
            return new StartPosition.Latest();
        }
        throw HttpFailure.invalid("expected \"earliest\", \"latest\" or {\"offset\":\"…\"} for '" + name + "'");
    }
}
