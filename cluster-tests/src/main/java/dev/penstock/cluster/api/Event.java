package dev.penstock.cluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.OptionalLong;

/** One event as served. Immutable. */
public final class Event {
    private final JsonNode json;
    private final byte[] bytes;

    /** @param bytes the event's own bytes within the answer that held it */
    Event(JsonNode json, byte[] bytes) {
        this.json = json;
        this.bytes = bytes;
    }

    public long offset() {
        return Long.parseLong(json.path("offset").asText());
    }

    public String id() {
        return json.path("id").asText();
    }

    public String action() {
        return json.path("action").asText();
    }

    public String schema() {
        return json.path("metadata").path("schema").asText("");
    }

    public String table() {
        return json.path("metadata").path("table").asText("");
    }

    /** The commit LSN as a number. */
    public long commitLsn() {
        return parseLsn(json.path("metadata").path("commit_lsn").asText());
    }

    public long commitOrdinal() {
        return json.path("metadata").path("commit_ordinal").asLong();
    }

    public Instant commitTime() {
        return Instant.parse(json.path("metadata").path("commit_timestamp").asText());
    }

    /** A whole number of the record, if it is there and is one. */
    public OptionalLong recordLong(String column) {
        return asLong(json.path("record").path(column));
    }

    public OptionalLong keyLong(String column) {
        return asLong(json.path("metadata").path("key").path(column));
    }

    /** A column of the record as text; empty if absent or null. */
    public String recordText(String column) {
        return json.path("record").path(column).asText("");
    }

    public boolean hasColumn(String column) {
        return json.path("record").has(column);
    }

    private static OptionalLong asLong(JsonNode node) {
        return node.isIntegralNumber() ? OptionalLong.of(node.longValue()) : OptionalLong.empty();
    }

    /** The event's bytes, as the node sent them. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Event that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return action() + " " + schema() + "." + table() + " at offset " + offset();
    }

    /** {@code X/Y} to a number. */
    public static long parseLsn(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not an LSN: " + text);
        }
        return (Long.parseLong(text.substring(0, slash), 16) << 32) | Long.parseLong(text.substring(slash + 1), 16);
    }
}
