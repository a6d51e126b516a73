package dev.penstock.replicator.render;

import java.nio.charset.StandardCharsets;

/** Renderers of the types that are one JSON scalar. */
final class ScalarRenderers {

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ZONE_MINUTES = ":00".getBytes(StandardCharsets.US_ASCII);

    private ScalarRenderers() {}

    /** Every type without a row of its own: a string, verbatim. Numeric too, so that its scale and digits stay. */
    static void text(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        out.string(text, from, to);
    }

    static void bool(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        if (to - from == 1 && text[from] == 't') {
            out.raw(TRUE);
        } else if (to - from == 1 && text[from] == 'f') {
            out.raw(FALSE);
        } else {
            ValueRenderer.asText(text, from, to, out);
        }
    }

    /** Integers of any width: exact digits. */
    static void integer(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        int at = from < to && text[from] == '-' ? from + 1 : from;
        boolean plain = at < to && (text[at] != '0' || to - at == 1); // JSON knows no leading zeros
        if (plain && JsonText.digitsEnd(text, at, to) == to) {
            out.raw(text, from, to);
        } else {
            ValueRenderer.asText(text, from, to, out);
        }
    }

    /** Shortest-exact number as given; NaN and the infinities, which JSON lacks, as strings. */
    static void floating(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        if (from < to && JsonText.numberEnd(text, from, to) == to) {
            out.raw(text, from, to);
        } else {
            out.string(text, from, to);
        }
    }

    /** Raw bytes as a JSON value: order, duplicate keys, spaces and digits stay. */
    static void json(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        if (JsonText.isValue(text, from, to)) {
            out.raw(text, from, to);
        } else {
            ValueRenderer.asText(text, from, to, out);
        }
    }

    /** {@code 2024-02-29 12:34:56} with T for the space; infinity as it is. */
    static void timestamp(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        int start = out.length();
        out.string(text, from, to);
        withT(out, start);
    }

    /** As timestamp; the offset, which Postgres shortens to {@code +00}, gets its minutes. */
    static void timestamptz(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        int zone = zoneEnd(text, from, to);
        int start = out.length();
        if (zone < 0) {
            out.string(text, from, to);
        } else {
            // Digits, signs and colons only up to the zone, " BC" at most after it: nothing to escape.
            out.write('"');
            out.raw(text, from, zone);
            out.raw(ZONE_MINUTES);
            out.raw(text, zone, to);
            out.write('"');
        }
        withT(out, start);
    }

    /** End of a zone of hours only ({@code +00}), or -1 if there is none, or it has its minutes. */
    private static int zoneEnd(byte[] text, int from, int to) {
        int end = to - from > 3 && text[to - 1] == 'C' && text[to - 2] == 'B' && text[to - 3] == ' ' ? to - 3 : to;
        if (end - from > 10
                && (text[end - 3] == '+' || text[end - 3] == '-')
                && JsonText.digitsEnd(text, end - 2, end) == end) {
            for (int i = from; i < end - 3; i++) {
                byte b = text[i];
                if (!(b >= '0' && b <= '9') && b != '-' && b != ':' && b != '.' && b != ' ') {
                    return -1;
                }
            }
            return end;
        }
        return -1;
    }

    private static void withT(JsonBytes out, int start) {
        byte[] bytes = out.bytes();
        if (bytes[start + 1] < '0' || bytes[start + 1] > '9') {
            return;
        }
        for (int i = start + 1; i < out.length(); i++) {
            if (bytes[i] == ' ') {
                bytes[i] = 'T';
                return;
            }
        }
    }
}
