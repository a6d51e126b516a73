package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of one group: to be looked at, put back or dropped. Each call does a bounded piece of work and says where
 * to go on. Thread-safe.
 */
public final class DeadLetters {

    private final PenstockClient client;
    private final String groupPath;

    DeadLetters(PenstockClient client, String groupPath) {
        this.client = client;
        this.groupPath = groupPath;
    }

    /**
     * One dead letter.
     *
     * @param json the whole item; not to be changed
     */
    public record Letter(@JsonValue ObjectNode json) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public Letter {}

        /** Its number, by which it is put back or dropped. */
        public String number() {
            return json.path("dead_letter").asText();
        }

        /** Of the event in the stream. */
        public String offset() {
            return json.path("offset").asText();
        }

        /** The event's. */
        public String id() {
            return json.path("id").asText();
        }

        /** {@code schema.table}; empty if the event belongs to none. */
        public String table() {
            return json.path("table").asText("");
        }

        public String action() {
            return json.path("action").asText();
        }

        /** {@code max_deliveries}. */
        public String reason() {
            return json.path("reason").asText();
        }

        public int deliveryCount() {
            return json.path("delivery_count").asInt();
        }

        /** ISO 8601. */
        public String diedAt() {
            return json.path("died_at").asText();
        }

        /** Empty unless asked for. */
        public Optional<Event> event() {
            return json.path("event") instanceof ObjectNode event ? Optional.of(new Event(event)) : Optional.empty();
        }

        @Override
        public String toString() {
            return json.toString();
        }
    }

    /**
     * A page of them, in order of their numbers.
     *
     * @param json the whole answer; not to be changed
     */
    public record Page(@JsonValue ObjectNode json) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public Page {}

        public List<Letter> letters() {
            List<Letter> letters = new ArrayList<>();
            for (JsonNode letter : json.path("dead_letters")) {
                if (letter instanceof ObjectNode found) {
                    letters.add(new Letter(found));
                }
            }
            return letters;
        }

        /** Where to go on; empty at the end. */
        public Optional<String> next() {
            return nextOf(json);
        }

        @Override
        public String toString() {
            return json.toString();
        }
    }

    /**
     * What a call did.
     *
     * @param json the whole answer; not to be changed
     */
    public record Changed(@JsonValue ObjectNode json) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public Changed {}

        /** How many were put back, or dropped. */
        public int count() {
            return json.path("redriven").asInt(json.path("dropped").asInt());
        }

        /** Where to go on; empty if all were looked at. */
        public Optional<String> next() {
            return nextOf(json);
        }

        @Override
        public String toString() {
            return json.toString();
        }
    }

    /**
     * Which are put back.
     *
     * @param tables only events of these tables; empty = all
     * @param actions only these actions; empty = all
     * @param where only events for which the expression is true; null = all
     * @param numbers only these; empty = all
     * @param offset where to begin, such as what {@link Changed#next} says; null = at the first
     * @param max how many at most, 1 to 10,000; null = 1,000
     * @param rate a second's worth: at most so many, and the next call is to come a second later; null = no matter
     */
    public record Selection(
            List<String> tables,
            List<String> actions,
            @Nullable String where,
            List<String> numbers,
            @Nullable String offset,
            @Nullable Integer max,
            @Nullable Integer rate) {

        public static final Selection ALL = new Selection(List.of(), List.of(), null, List.of(), null, null, null);

        public Selection {
            tables = List.copyOf(tables);
            actions = List.copyOf(actions);
            numbers = List.copyOf(numbers);
        }

        public Selection from(@Nullable String place) {
            return new Selection(tables, actions, where, numbers, place, max, rate);
        }

        public Selection atMost(int count) {
            return new Selection(tables, actions, where, numbers, offset, count, rate);
        }

        private Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            Map<String, Object> filter = GroupSpec.filter(tables, actions, where);
            if (!filter.isEmpty()) {
                json.put("filter", filter);
            }
            if (!numbers.isEmpty()) {
                json.put("dead_letters", numbers);
            }
            if (offset != null) {
                json.put("offset", offset);
            }
            if (max != null) {
                json.put("max", max);
            }
            if (rate != null) {
                json.put("rate", rate);
            }
            return json;
        }
    }

    /**
     * @param offset the first number wanted; null = the first there is
     * @param limit 1 to 1,000
     * @param events with the events themselves
     */
    public Page list(@Nullable String offset, int limit, boolean events) {
        String path = groupPath + "/dead-letters?limit=" + limit + (offset == null ? "" : "&offset=" + encoded(offset))
                + (events ? "&events=true" : "");
        return client.call("GET", path, null, true, Page.class);
    }

    /** With its event. */
    public Letter show(String number) {
        return client.call("GET", groupPath + "/dead-letters/" + encoded(number), null, true, Letter.class);
    }

    /**
     * Puts them back: they are delivered again, as if for the first time. Never repeated by itself; repeating it is harmless,
     * but puts back further ones.
     */
    public Changed redrive(Selection selection) {
        return client.call("POST", groupPath + "/redrive", Json.write(selection.toJson()), false, Changed.class);
    }

    /**
     * Drops them for good, whatever they are.
     *
     * @param offset no lower number; null = from the first
     * @param max how many at most, 1 to 10,000
     */
    public Changed purge(@Nullable String offset, int max) {
        String path = groupPath + "/dead-letters?max=" + max + (offset == null ? "" : "&offset=" + encoded(offset));
        return client.call("DELETE", path, null, false, Changed.class);
    }

    /** Drops one for good. Repeating it is harmless. */
    public Changed drop(String number) {
        return client.call("DELETE", groupPath + "/dead-letters/" + encoded(number), null, true, Changed.class);
    }

    private static Optional<String> nextOf(ObjectNode json) {
        return json.path("next").isTextual() ? Optional.of(json.path("next").asText()) : Optional.empty();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
