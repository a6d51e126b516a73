package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

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

    /** All offsets below it were judged: what of them is not settled is out, given back or parked. */
    public String scan() {
        return json.path("scan").asText();
    }

    /** {@code none} or {@code key}. */
    public String ordering() {
        return json.path("ordering").asText();
    }

    /** {@code changes} or {@code rows}. */
    public String mode() {
        return json.path("mode").asText();
    }

    /** Only events of these tables, {@code schema.table} or {@code schema.*}; empty = all. */
    public List<String> tables() {
        return texts("tables");
    }

    /** Only these actions; empty = all. */
    public List<String> actions() {
        return texts("actions");
    }

    /** Only events for which the expression is true; empty = all. */
    public String where() {
        return json.path("filter").path("where").asText("");
    }

    public String visibilityTimeout() {
        return json.path("visibility_timeout").asText();
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

    /** Messages given back or expired, which go out with the next receive. */
    public long ready() {
        return json.path("ready").asLong();
    }

    /** Keys of an ordered group behind which events wait. */
    public long parked() {
        return json.path("parked").asLong();
    }

    /** Events handed out because the filter failed on them, counted by this leader. */
    public long filterFailures() {
        return json.path("filter_failures").asLong();
    }

    /** {@code trim} or {@code hold}: whether retention waits for the group. */
    public String retention() {
        return json.path("retention").asText();
    }

    /** The group whose messages its dead letters become; empty = they are kept. */
    public String deadLetterGroup() {
        return json.path("dead_letter_group").asText("");
    }

    /** Messages that retention took before they were settled, at most. */
    public long lostAtMost() {
        return json.path("lost_at_most").asLong();
    }

    /** Messages that failed for the last time and are not stored as dead letters yet. */
    public long dying() {
        return json.path("dying").asLong();
    }

    /** Kept, to be put back or dropped. */
    public long deadLetters() {
        return json.path("dead_letters").asLong();
    }

    /** When the first of the dead letters died, ISO 8601; empty if there is none. */
    public String oldestDeadLetter() {
        return json.path("oldest_dead_letter").asText("");
    }

    /** 0 = unlimited. */
    public int maxDeliveries() {
        return json.path("max_deliveries").asInt();
    }

    /** Seconds; 0 if nothing is unsettled. */
    public double oldestUnsettledAge() {
        return json.path("oldest_unsettled_age").asDouble();
    }

    /** {@code active} or {@code paused}. */
    public String state() {
        return json.path("state").asText("");
    }

    private List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : json.path("filter").path(member)) {
            texts.add(text.asText());
        }
        return texts;
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
