package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A group as the server describes it; members that this version does not know stay in {@link #json}.
 *
 * @param json the whole description; not to be changed
 */
public record GroupInfo(@JsonValue ObjectNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public GroupInfo {}

    public String name() {
        return json.path("name").asText();
    }

    public String stream() {
        return json.path("stream").asText();
    }

    /** All offsets below it are settled. */
    public String floor() {
        return json.path("floor").asText();
    }

    /** Events not yet judged for the group, before any filter. */
    public long backlog() {
        return json.path("backlog").asLong();
    }

    /** Messages under a lease. */
    public long inFlight() {
        return json.path("in_flight").asLong();
    }

    /** Messages given back with a delay that is not over. */
    public long delayed() {
        return json.path("delayed").asLong();
    }

    public long deadLetters() {
        return json.path("dead_letters").asLong();
    }

    /** Seconds; 0 if nothing is unsettled. */
    public double oldestUnsettledAge() {
        return json.path("oldest_unsettled_age").asDouble();
    }

    public String state() {
        return json.path("state").asText("");
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
