package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.DeadLetterService.Listed;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.GroupInspection.Messages;
import dev.penstock.broker.deliver.GroupInspection.Parked;
import dev.penstock.broker.deliver.GroupInspection.Place;
import dev.penstock.broker.deliver.GroupInspection.Unsettled;
import dev.penstock.broker.deliver.GroupInspection.Waiting;
import dev.penstock.broker.deliver.GroupInspection.Why;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.Durations;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.UnsettledMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is out and what waits, as JSON. Stateless. */
final class InspectionAnswers {

    private static final byte[] CLOSE = {'}'};

    private InspectionAnswers() {}

    static Response messages(Messages found) {
        List<byte[]> body = new ArrayList<>();
        body.add(ascii("{\"messages\":["));
        for (Unsettled message : found.messages()) {
            addItem(body, message.event(), out -> {
                out.writeStartObject();
                writeUnsettled(out, message, found.wallMillis());
                out.writeEndObject();
            });
        }
        String next = found.next().isPresent() ? Offsets.format(found.next().getAsLong()) : null;
        return answer(body, next, found.logIndex());
    }

    static Response parked(Parked found) {
        List<byte[]> body = new ArrayList<>();
        body.add(ascii("{\"parked\":["));
        for (Waiting waiting : found.keys()) {
            addItem(body, waiting.first(), out -> writeWaiting(out, waiting, found.wallMillis()));
        }
        String next = found.next().map(InspectionAnswers::text).orElse(null);
        return answer(body, next, found.logIndex());
    }

    /** @param member the name of the list */
    static Response deadLetters(Page found, String member) {
        List<byte[]> body = new ArrayList<>();
        body.add(ascii("{\"" + member + "\":["));
        for (Listed letter : found.letters()) {
            addItem(body, Optional.of(letter.event()), out -> writeDeadLetter(out, letter));
        }
        String next = found.next().isPresent() ? Offsets.format(found.next().getAsLong()) : null;
        return answer(body, next, found.logIndex());
    }

    static Response deadLetter(Listed letter, long logIndex) {
        List<byte[]> body = new ArrayList<>();
        addItem(body, Optional.of(letter.event()), out -> writeDeadLetter(out, letter));
        return Response.of(200, Response.JSON, body).decidedAt(logIndex);
    }

    private static void writeDeadLetter(JsonGenerator out, Listed listed) throws IOException {
        DeadLetter letter = listed.letter();
        RenderedEvent event = listed.event();
        out.writeStartObject();
        out.writeStringField("dead_letter", Offsets.format(letter.letter()));
        out.writeStringField("offset", Offsets.format(letter.offset()));
        out.writeStringField("id", event.ulid());
        out.writeStringField("table", table(event).orElse(null));
        out.writeStringField("action", event.action().word());
        out.writeStringField("state", "dead");
        out.writeStringField("reason", letter.reason());
        out.writeNumberField("delivery_count", letter.deliveries());
        writeTime(out, "first_delivered_at", letter.firstDeliveredWallMillis());
        writeTime(out, "last_delivered_at", letter.lastDeliveredWallMillis());
        writeTime(out, "died_at", letter.diedWallMillis());
        out.writeEndObject();
    }

    private static void writeTime(JsonGenerator out, String name, long wallMillis) throws IOException {
        out.writeStringField(name, Instant.ofEpochMilli(wallMillis).toString());
    }

    private static String text(Place place) {
        return Offsets.format(place.offset()) + "-" + hash(place.key());
    }

    private static String hash(long key) {
        String digits = Long.toHexString(key);
        return "0".repeat(16 - digits.length()) + digits;
    }

    private static void writeWaiting(JsonGenerator out, Waiting waiting, long wallMillis) throws IOException {
        out.writeStartObject();
        out.writeStringField("key_hash", hash(waiting.parked().key()));
        out.writeStringField("table", waiting.table().orElse(null));
        out.writeStringField("offset", Offsets.format(waiting.parked().offset()));
        out.writeStringField("id", waiting.first().map(RenderedEvent::ulid).orElse(null));
        out.writeStringField("why", word(waiting.why()));
        if (waiting.blockedBy().isPresent()) {
            out.writeObjectFieldStart("blocked_by");
            writeUnsettled(out, waiting.blockedBy().get(), wallMillis);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void writeUnsettled(JsonGenerator out, Unsettled unsettled, long wallMillis) throws IOException {
        UnsettledMessage message = unsettled.message();
        Optional<RenderedEvent> event = unsettled.event();
        boolean aside = AsideOffset.isAside(message.offset());
        long offset = aside ? event.map(RenderedEvent::offset).orElse(message.offset()) : message.offset();
        out.writeStringField("offset", Offsets.format(offset));
        out.writeStringField("id", event.map(RenderedEvent::ulid).orElse(null));
        out.writeStringField("table", event.flatMap(InspectionAnswers::table).orElse(null));
        out.writeStringField("action", event.map(found -> found.action().word()).orElse(null));
        out.writeStringField("state", word(message.state()));
        out.writeNumberField("delivery_count", message.deliveries());
        if (message.firstDeliveredWallMillis() != 0) {
            writeTime(out, "first_delivered_at", message.firstDeliveredWallMillis());
            writeTime(out, "last_delivered_at", message.lastDeliveredWallMillis());
        }
        if (aside) {
            out.writeStringField("redriven_from", Offsets.format(AsideOffset.letter(message.offset())));
        }
        if (unsettled.remainingMillis().isPresent()) {
            long remaining = unsettled.remainingMillis().getAsLong();
            out.writeStringField("ends_in", Durations.format(remaining));
            out.writeStringField(
                    "ends_at", Instant.ofEpochMilli(wallMillis + remaining).toString());
        }
    }

    private static Optional<String> table(RenderedEvent event) {
        return event.table().isEmpty() ? Optional.empty() : Optional.of(event.schema() + "." + event.table());
    }

    private static String word(UnsettledMessage.State state) {
        return switch (state) {
            case LEASED -> "in_flight";
            case DELAYED -> "delayed";
            case READY -> "ready";
            case DYING -> "dying";
        };
    }

    private static String word(Why why) {
        return switch (why) {
            case KEY -> "key";
            case TRUNCATE -> "truncate";
            case TABLE -> "table";
            case OTHER_KEY -> "other_key";
            case NOTHING -> "nothing";
            case UNKNOWN -> "unknown";
        };
    }

    /** The event's bytes go out as they are. */
    private static void addItem(List<byte[]> body, Optional<RenderedEvent> event, Json.Writer item) {
        String text = (body.size() > 1 ? "," : "") + new String(Json.bytes(item), StandardCharsets.UTF_8);
        byte[] json = event.map(RenderedEvent::json).orElse(new byte[0]);
        if (json.length == 0) {
            body.add(text.getBytes(StandardCharsets.UTF_8));
            return;
        }
        body.add((text.substring(0, text.length() - 1) + ",\"event\":").getBytes(StandardCharsets.UTF_8));
        body.add(json);
        body.add(CLOSE);
    }

    private static Response answer(List<byte[]> body, @Nullable String next, long logIndex) {
        body.add(ascii("],\"next\":" + (next == null ? "null" : "\"" + next + "\"") + "}"));
        return Response.of(200, Response.JSON, body).decidedAt(logIndex);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
