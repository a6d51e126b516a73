package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.http.Durations;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.StartPosition;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;

/** Groups, and what became of receipts, as JSON. Stateless. */
final class GroupAnswers {

    private GroupAnswers() {}

    static Response json(int status, long logIndex, Json.Writer body) {
        return Response.of(status, Response.JSON, Json.bytes(body)).decidedAt(logIndex);
    }

    static void writeDescribed(JsonGenerator out, Described described) throws IOException {
        GroupState group = described.group();
        out.writeStartObject();
        writeConfiguration(out, group, described.stream());
        writeState(out, group);
        out.writeStringField("floor", Offsets.format(described.floor()));
        out.writeStringField("scan", Offsets.format(group.scan()));
        out.writeNumberField("backlog", described.backlog());
        out.writeNumberField("in_flight", group.leased());
        out.writeNumberField("delayed", group.delayed());
        out.writeNumberField("ready", group.ready());
        out.writeNumberField("parked", group.parked());
        out.writeNumberField("dying", group.dying());
        out.writeNumberField("redriven", group.aside());
        out.writeNumberField("dead_letters", group.deadLetters());
        OptionalLong oldest = described.oldestDeadLetterWallMillis();
        out.writeStringField(
                "oldest_dead_letter",
                oldest.isPresent() ? Instant.ofEpochMilli(oldest.getAsLong()).toString() : null);
        out.writeNumberField("lost_at_most", group.losses().atMost());
        long lostAt = group.losses().lastWallMillis();
        out.writeStringField(
                "last_lost_at",
                lostAt == 0 ? null : Instant.ofEpochMilli(lostAt).toString());
        out.writeNumberField("filter_failures", described.filterFailures());
        out.writeFieldName("oldest_unsettled_age");
        out.writeNumber(Durations.seconds(described.oldestUnsettledMillis()));
        out.writeEndObject();
    }

    static void writeState(JsonGenerator out, GroupState group) throws IOException {
        out.writeStringField("state", group.paused() ? "paused" : "active");
    }

    static void writeConfiguration(JsonGenerator out, GroupState group, String stream) throws IOException {
        GroupConfig config = group.config();
        out.writeStringField("name", group.name());
        out.writeStringField("stream", stream);
        writeStart(out, group.requestedStart());
        out.writeStringField("start_offset", Offsets.format(group.startOffset()));
        out.writeStringField("visibility_timeout", Durations.format(config.visibilityMillis()));
        out.writeNumberField("max_deliveries", config.maxDeliveries());
        if (!config.deadLetterGroup().isEmpty()) {
            out.writeStringField("dead_letter_group", config.deadLetterGroup());
        }
        out.writeStringField("ordering", config.ordering() == GroupConfig.Ordering.KEY ? "key" : "none");
        out.writeStringField("mode", config.mode() == GroupConfig.Mode.ROWS ? "rows" : "changes");
        out.writeStringField("retention", config.hold() ? "hold" : "trim");
        out.writeObjectFieldStart("filter");
        writeTexts(out, "tables", config.tables());
        writeTexts(out, "actions", config.actions());
        if (!config.where().isEmpty()) {
            out.writeStringField("where", config.where());
        }
        out.writeEndObject();
        if (config.queue().isPresent()) {
            writeQueue(out, config, config.queue().get());
        }
        out.writeStringField(
                "created_at", Instant.ofEpochMilli(group.createdWallMillis()).toString());
    }

    /** Of a queue that is sent to. */
    private static void writeQueue(JsonGenerator out, GroupConfig config, QueueConfig queue) throws IOException {
        out.writeObjectFieldStart("queue");
        out.writeStringField("delay", Durations.format(config.delayMillis()));
        out.writeNumberField("maximum_message_size", queue.maxMessageBytes());
        out.writeStringField("message_retention", Durations.format(queue.retentionMillis()));
        out.writeBooleanField("content_based_deduplication", queue.contentBasedDeduplication());
        out.writeEndObject();
    }

    private static void writeStart(JsonGenerator out, String what, String value) throws IOException {
        out.writeObjectFieldStart("start");
        out.writeStringField(what, value);
        out.writeEndObject();
    }

    private static void writeStart(JsonGenerator out, StartPosition start) throws IOException {
        if (start instanceof StartPosition.AtOffset at) {
            writeStart(out, "offset", Offsets.format(at.offset()));
        } else if (start instanceof StartPosition.AtTime at) {
            writeStart(
                    out,
                    "time",
                    Instant.EPOCH.plus(at.micros(), ChronoUnit.MICROS).toString());
        } else if (start instanceof StartPosition.AtLsn at) {
            writeStart(out, "lsn", at.lsn().toString());
        } else {
            out.writeStringField("start", start instanceof StartPosition.Earliest ? "earliest" : "latest");
        }
    }

    private static void writeTexts(JsonGenerator out, String name, List<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (String text : texts) {
                out.writeString(text);
            }
            out.writeEndArray();
        }
    }

    static void writeOutcomes(JsonGenerator out, List<ItemOutcome> outcomes) throws IOException {
        out.writeStartArray();
        for (ItemOutcome outcome : outcomes) {
            out.writeStartObject();
            out.writeBooleanField("ok", outcome == ItemOutcome.OK);
            switch (outcome) {
                case OK -> {}
                case LEASE_LOST, SOUGHT_PAST -> out.writeStringField("error", "LEASE_LOST");
                case SETTLED -> out.writeStringField("error", "SETTLED");
                case INVALID -> out.writeStringField("error", "INVALID_RECEIPT");
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
