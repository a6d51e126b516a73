package dev.penstock.replicator.render;

import java.util.Arrays;

/**
 * Postgres' array text, of any dimension, as nested JSON arrays; lower bounds are dropped. Also the two vector types,
 * whose elements stand apart by spaces without braces.
 */
final class ArrayRenderer implements ValueRenderer {

    /** MAXDIM of Postgres: deeper is not an array. */
    private static final int MAX_DIMENSIONS = 6;

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final ValueRenderer element;
    private final byte delimiter;

    ArrayRenderer(ValueRenderer element, char delimiter) {
        this.element = element;
        this.delimiter = (byte) delimiter;
    }

    @Override
    public void render(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        int start = out.length();
        int at = afterBounds(text, from, to);
        if (at < 0 || array(text, at, to, 1, out) != to) {
            out.truncate(start);
            ValueRenderer.asText(text, from, to, out);
        }
    }

    /** Vectors: {@code 1 2 3}. */
    static void vector(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        out.write('[');
        int at = from;
        while (at < to) {
            int end = at;
            while (end < to && text[end] != ' ') {
                end++;
            }
            if (at > from) {
                out.write(',');
            }
            ScalarRenderers.integer(text, at, end, out);
            at = end + 1;
        }
        out.write(']');
    }

    /** Passes over {@code [l:u][l:u]=}; -1 if that does not end. */
    private static int afterBounds(byte[] text, int from, int to) {
        if (from == to || text[from] != '[') {
            return from;
        }
        for (int i = from; i < to; i++) {
            if (text[i] == '=') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Renders the array that begins at {@code at} and returns its end, or -1 if it is not well-formed. */
    private int array(byte[] text, int at, int to, int dimension, JsonBytes out) throws EventTooLargeException {
        if (at >= to || text[at] != '{' || dimension > MAX_DIMENSIONS) {
            return -1;
        }
        out.write('[');
        int next = at + 1;
        if (next < to && text[next] == '}') {
            out.write(']');
            return next + 1;
        }
        while (true) {
            next = next < to && text[next] == '{'
                    ? array(text, next, to, dimension + 1, out)
                    : element(text, next, to, out);
            if (next < 0 || next >= to) {
                return -1;
            }
            byte b = text[next++];
            if (b == '}') {
                out.write(']');
                return next;
            }
            if (b != delimiter) {
                return -1;
            }
            out.write(',');
        }
    }

    private int element(byte[] text, int at, int to, JsonBytes out) throws EventTooLargeException {
        if (at < to && text[at] == '"') {
            return quoted(text, at + 1, to, out);
        }
        int end = at;
        while (end < to && text[end] != delimiter && text[end] != '}') {
            if (text[end] == '\\') {
                // Postgres quotes every element that holds a backslash.
                return -1;
            }
            end++;
        }
        if (end == at) {
            return -1;
        }
        if (isNull(text, at, end)) {
            out.raw(NULL);
        } else {
            element.render(text, at, end, out);
        }
        return end;
    }

    private int quoted(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        int end = from;
        int escapes = 0;
        while (end < to && text[end] != '"') {
            if (text[end] == '\\') {
                escapes++;
                end++;
            }
            end++;
        }
        if (end >= to) {
            return -1;
        }
        if (escapes == 0) {
            element.render(text, from, end, out);
        } else {
            byte[] plain = new byte[end - from - escapes];
            int length = 0;
            for (int i = from; i < end; i++) {
                if (text[i] == '\\') {
                    i++;
                }
                plain[length++] = text[i];
            }
            element.render(plain, 0, plain.length, out);
        }
        return end + 1;
    }

    private static boolean isNull(byte[] text, int from, int to) {
        return to - from == 4 && Arrays.equals(text, from, to, new byte[] {'N', 'U', 'L', 'L'}, 0, 4);
    }
}
