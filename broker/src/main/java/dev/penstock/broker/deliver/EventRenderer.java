package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupEvent;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/**
 * The event object of the contract as a frozen function of (stream name, batch, offset): the same bytes on any node, any
 * time, also after an upgrade (promise 8; golden files hold it). The fragments come final from the replicator and are
 * copied, never parsed.
 */
final class EventRenderer {

    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final byte[] NULL = ascii("null");
    private static final byte[] EMPTY_OBJECT = ascii("{}");
    private static final byte[] EMPTY_ARRAY = ascii("[]");

    private EventRenderer() {}

    static RenderedEvent render(String stream, LogBatch batch, long offset) {
        return render(stream, new GroupEvent(batch, Math.toIntExact(offset - batch.baseOffset()), offset));
    }

    /** @param stream name of the group's stream, wherever the event stands */
    static RenderedEvent render(String stream, GroupEvent event) {
        EventBatch events = event.batch().decoded();
        long offset = event.offset();
        int i = event.index();
        EventBatch.Columns columns = events.columns();
        Route route = events.header().routes().get(columns.route(i));
        SourcePosition position = columns.position(i);
        Action action = columns.action(i);
        long commitMicros = columns.commitMicros(i);
        UUID id = EventId.of(commitMicros, position.epoch(), offset);
        boolean isTable = route.kind() == Route.Kind.TABLE;

        Fragments body = new Fragments(events.bodies(), columns.bodyStart(i));
        ByteArrayOutputStream out = new ByteArrayOutputStream(columns.bodyLength(i) + 384);
        put(out, "{\"id\":\"");
        byte[] ulid = new byte[EventId.ULID_CHARACTERS];
        EventId.putUlid(id, ulid, 0);
        out.write(ulid, 0, ulid.length);
        put(out, "\",\"offset\":\"");
        put(out, Offsets.format(offset));
        put(out, "\",\"action\":\"");
        put(out, action.word());
        put(out, "\",\"record\":");
        body.next(out, NULL);
        put(out, ",\"changes\":");
        body.next(out, EMPTY_OBJECT);
        put(out, ",\"unchanged\":");
        body.next(out, EMPTY_ARRAY);
        put(out, ",\"metadata\":{\"stream\":");
        putString(out, stream);
        put(out, ",\"database\":");
        putString(out, events.header().database());
        put(out, ",\"schema\":");
        putNullable(out, isTable, route.schema());
        put(out, ",\"table\":");
        putNullable(out, isTable, route.name());
        put(out, ",\"key\":");
        body.next(out, NULL);
        put(out, ",\"commit_lsn\":\"");
        put(out, position.commitLsn().toString());
        put(out, "\",\"commit_ordinal\":");
        put(out, Long.toString(position.ordinal()));
        put(out, ",\"commit_timestamp\":\"");
        put(out, timestamp(commitMicros));
        put(out, "\",\"xid\":");
        int xid = columns.xid(i);
        put(out, xid == 0 ? "null" : Integer.toUnsignedString(xid));
        put(out, "}}");
        return new RenderedEvent(
                offset,
                id,
                out.toByteArray(),
                action,
                isTable ? route.schema() : "",
                isTable ? route.name() : "",
                position.commitLsn(),
                commitMicros);
    }

    /** The facts without the JSON: nothing of the event's body is read. */
    static RenderedEvent facts(GroupEvent event) {
        LogBatch batch = event.batch();
        long offset = event.offset();
        int i = event.index();
        EventBatch.Columns columns = batch.columns();
        Route route = batch.header().routes().get(columns.route(i));
        SourcePosition position = columns.position(i);
        boolean isTable = route.kind() == Route.Kind.TABLE;
        return new RenderedEvent(
                offset,
                EventId.of(columns.commitMicros(i), position.epoch(), offset),
                new byte[0],
                columns.action(i),
                isTable ? route.schema() : "",
                isTable ? route.name() : "",
                position.commitLsn(),
                columns.commitMicros(i));
    }

    static String timestamp(long micros) {
        return MICROS.format(
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L));
    }

    private static void putNullable(ByteArrayOutputStream out, boolean present, String text) {
        if (present) {
            putString(out, text);
        } else {
            out.write(NULL, 0, NULL.length);
        }
    }

    /** A JSON string; escapes what RFC 8259 §7 demands and nothing else. */
    static void putString(ByteArrayOutputStream out, String text) {
        out.write('"');
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (byte b : utf8) {
            if (b == '"' || b == '\\') {
                out.write('\\');
                out.write(b);
            } else if (b >= 0 && b < 0x20) {
                put(out, String.format(Locale.ROOT, "\\u%04x", (int) b));
            } else {
                out.write(b);
            }
        }
        out.write('"');
    }

    private static void put(ByteArrayOutputStream out, String asciiText) {
        int length = asciiText.length();
        for (int i = 0; i < length; i++) {
            out.write(asciiText.charAt(i));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Walks the length-prefixed fragments of one body. */
    private static final class Fragments {
        private final byte[] bodies;
        private int at;

        Fragments(byte[] bodies, int at) {
            this.bodies = bodies;
            this.at = at;
        }

        void next(ByteArrayOutputStream out, byte[] whenAbsent) {
            int length = (bodies[at] & 0xff) << 24
                    | (bodies[at + 1] & 0xff) << 16
                    | (bodies[at + 2] & 0xff) << 8
                    | (bodies[at + 3] & 0xff);
            at += Integer.BYTES;
            if (length == 0) {
                out.write(whenAbsent, 0, whenAbsent.length);
            } else {
                out.write(bodies, at, length);
            }
            at += length;
        }
    }
}
