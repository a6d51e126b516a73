package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * One change, as the server renders it; members that this version does not know stay in {@link #json}.
 *
 * @param json the whole event; not to be changed
 */
public record Event(@JsonValue ObjectNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Event {}

    public String id() {
        return json.path("id").asText();
    }

    /** 16 digits, zero-padded. */
    public String offset() {
        return json.path("offset").asText();
    }

    /** insert, update, delete, truncate, read, message or gap. */
    public String action() {
        return json.path("action").asText();
    }

    /** The row; a null node for truncate. An unchanged TOAST column is absent. */
    public JsonNode row() {
        return json.path("record");
    }

    /** Old values of changed columns, where known. */
    public JsonNode changes() {
        return json.path("changes");
    }

    public JsonNode metadata() {
        return json.path("metadata");
    }

    public String stream() {
        return metadata().path("stream").asText();
    }

    /** Empty if the event belongs to no table. */
    public String schema() {
        return metadata().path("schema").asText("");
    }

    /** Empty if the event belongs to no table. */
    public String table() {
        return metadata().path("table").asText("");
    }

    /** Columns of the primary key; a null node if there is none. */
    public JsonNode key() {
        return metadata().path("key");
    }

    public String commitLsn() {
        return metadata().path("commit_lsn").asText();
    }

    public long commitOrdinal() {
        return metadata().path("commit_ordinal").asLong();
    }

    public Instant commitTimestamp() {
        return Instant.parse(metadata().path("commit_timestamp").asText());
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
