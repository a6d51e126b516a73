package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of what is unsettled in a group, or of the keys that wait.
 *
 * @param json the whole answer; not to be changed
 */
public record GroupMessages(@JsonValue ObjectNode json) {

    /**
     * A message that was delivered and is not settled.
     *
     * @param json the whole item; not to be changed
     */
    public record Unsettled(ObjectNode json) {

        public String offset() {
            return json.path("offset").asText();
        }

        /** The event's; empty if it is not stored any more. */
        public String id() {
            return json.path("id").asText("");
        }

        /** {@code schema.table}; empty if the event belongs to none. */
        public String table() {
            return json.path("table").asText("");
        }

        public String action() {
            return json.path("action").asText("");
        }

        /** {@code in_flight}, {@code delayed}, {@code ready}, {@code dying}, or {@code dead} if that was asked for. */
        public String state() {
            return json.path("state").asText();
        }

        public int deliveryCount() {
            return json.path("delivery_count").asInt();
        }

        /** ISO 8601. */
        public String firstDeliveredAt() {
            return json.path("first_delivered_at").asText();
        }

        /** How long its lease or delay goes on, such as {@code 12500ms}; empty if it is ready. */
        public String endsIn() {
            return json.path("ends_in").asText("");
        }

        /** Empty unless asked for. */
        public Optional<Event> event() {
            return eventOf(json);
        }

        @Override
        public String toString() {
            return json.toString();
        }
    }

    /**
     * A key of an ordered group, behind which events wait.
     *
     * @param json the whole item; not to be changed
     */
    public record Parked(ObjectNode json) {

        public String keyHash() {
            return json.path("key_hash").asText();
        }

        /** {@code schema.table}; empty if it cannot be told. */
        public String table() {
            return json.path("table").asText("");
        }

        /** No event of the key that waits lies below it. */
        public String offset() {
            return json.path("offset").asText();
        }

        /** {@code key}, {@code truncate}, {@code table}, {@code other_key}, {@code nothing} or {@code unknown}. */
        public String why() {
            return json.path("why").asText();
        }

        /** The unsettled message which in the end holds it back. */
        public Optional<Unsettled> blockedBy() {
            return json.path("blocked_by") instanceof ObjectNode found
                    ? Optional.of(new Unsettled(found))
                    : Optional.empty();
        }

        /** The first event that waits; empty unless asked for and known. */
        public Optional<Event> event() {
            return eventOf(json);
        }

        @Override
        public String toString() {
            return json.toString();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public GroupMessages {}

    /** Empty when parked keys were asked for. */
    public List<Unsettled> messages() {
        return items("messages", Unsettled::new);
    }

    /** Empty unless parked keys were asked for. */
    public List<Parked> parked() {
        return items("parked", Parked::new);
    }

    /** Where to go on; empty at the end. A page may be short, or empty, and yet not be the last one. */
    public Optional<String> next() {
        return json.path("next").isTextual() ? Optional.of(json.path("next").asText()) : Optional.empty();
    }

    private <T> List<T> items(String member, Function<ObjectNode, T> item) {
        List<T> items = new ArrayList<>();
        for (JsonNode one : json.path(member)) {
            if (one instanceof ObjectNode found) {
                items.add(item.apply(found));
            }
        }
        return items;
    }

    private static Optional<Event> eventOf(ObjectNode item) {
        return item.path("event") instanceof ObjectNode event ? Optional.of(new Event(event)) : Optional.empty();
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
