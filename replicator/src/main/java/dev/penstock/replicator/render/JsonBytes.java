package dev.penstock.replicator.render;

import java.util.Arrays;

/**
 * A growing buffer of JSON text in UTF-8, used again for each event. One thread.
 *
 * <p>Refuses to grow beyond the limit of one event, so that a row of any size needs bounded memory here.
 */
public final class JsonBytes {

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};

    /** What to write after a backslash for an ASCII byte; 0 = the byte as it is, 'u' = in hexadecimal. */
    private static final byte[] ESCAPES = new byte[128];

    static {
        Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
        ESCAPES['\b'] = 'b';
        ESCAPES['\f'] = 'f';
        ESCAPES['\n'] = 'n';
        ESCAPES['\r'] = 'r';
        ESCAPES['\t'] = 't';
        ESCAPES['"'] = '"';
        ESCAPES['\\'] = '\\';
    }

    private final int limitBytes;
    private byte[] bytes = new byte[1024];
    private int length;
    private long asText;

    public JsonBytes(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    public int length() {
        return length;
    }

    public int limitBytes() {
        return limitBytes;
    }

    /** Refuses what would not fit, before it is made. */
    void require(long count) throws EventTooLargeException {
        if (length + count > limitBytes) {
            throw new EventTooLargeException(limitBytes);
        }
    }

    /** Not to be kept: overwritten by the next event. */
    byte[] bytes() {
        return bytes;
    }

    public void clear() {
        length = 0;
    }

    void truncate(int to) {
        length = to;
    }

    public byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** How many values did not parse as their type and were written as strings instead. */
    public long valuesAsText() {
        return asText;
    }

    void countAsText() {
        asText++;
    }

    void write(char ascii) throws EventTooLargeException {
        need(1);
        bytes[length++] = (byte) ascii;
    }

    void raw(byte[] source) throws EventTooLargeException {
        raw(source, 0, source.length);
    }

    void raw(byte[] source, int from, int to) throws EventTooLargeException {
        need(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /** A JSON string of this text. Bytes that are no UTF-8 (a SQL_ASCII database) become U+FFFD. */
    void string(byte[] source, int from, int to) throws EventTooLargeException {
        need((long) to - from + 2);
        bytes[length++] = '"';
        int run = from;
        int at = from;
        while (at < to) {
            byte b = source[at];
            if (b >= 0) {
                if (ESCAPES[b] != 0) {
                    raw(source, run, at);
                    escape(b);
                    run = at + 1;
                }
                at++;
            } else {
                int width = Utf8.width(source, at, to);
                if (width > 0) {
                    at += width;
                } else {
                    raw(source, run, at);
                    raw(REPLACEMENT);
                    run = ++at;
                }
            }
        }
        raw(source, run, to);
        write('"');
    }

    private void escape(byte b) throws EventTooLargeException {
        need(6);
        bytes[length++] = '\\';
        bytes[length++] = ESCAPES[b];
        if (ESCAPES[b] == 'u') {
            bytes[length++] = '0';
            bytes[length++] = '0';
            bytes[length++] = HEX[b >> 4];
            bytes[length++] = HEX[b & 0xf];
        }
    }

    private void need(long count) throws EventTooLargeException {
        long wanted = length + count;
        if (wanted > bytes.length) {
            require(count);
            bytes = Arrays.copyOf(bytes, (int) Math.min(limitBytes, Math.max(wanted, bytes.length * 2L)));
        }
    }
}
