package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a filter would let through of a stream's newest events.
 *
 * @param json the whole answer; not to be changed
 */
public record FilterTest(@JsonValue ObjectNode json) {

    /**
     * An event that would be delivered.
     *
     * @param filterError why the filter could not judge it; empty if it matches
     */
    public record Match(Event event, String filterError) {}

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public FilterTest {}

    public int matched() {
        return json.path("matched").asInt();
    }

    public int notMatched() {
        return json.path("not_matched").asInt();
    }

    /** Events that would be delivered because the filter fails on them; not among those matched. */
    public int failed() {
        return json.path("failed").asInt();
    }

    /** False if the server's time was over before all were judged. */
    public boolean complete() {
        return json.path("complete").asBoolean();
    }

    /** The first of those that would be delivered. */
    public List<Match> matches() {
        List<Match> matches = new ArrayList<>();
        for (JsonNode match : json.path("matches")) {
            if (match.path("event") instanceof ObjectNode event) {
                matches.add(
                        new Match(new Event(event), match.path("filter_error").asText("")));
            }
        }
        return matches;
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
