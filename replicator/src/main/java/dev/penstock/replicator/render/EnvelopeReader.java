package dev.penstock.replicator.render;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what decides about the delivery of a message out of its envelope: a JSON object of the members uuid, attributes,
 * delay, group, dedup and body, the last of which it must have. What is not well-formed, or not of these names and types,
 * is no envelope. One thread; one use.
 */
final class EnvelopeReader {

    /** Attributes have three levels. */
    private static final int MAX_DEPTH = 8;

    /** Where they are null they are as good as absent: SQL that builds JSON has it so. */
    private static final Set<String> OPTIONAL = Set.of("uuid", "attributes", "delay", "group", "dedup");

    private static final int MAX_DELAY_SECONDS = 900;
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** @param delaySeconds negative where it has none */
    record Envelope(Optional<String> group, Optional<String> dedup, int delaySeconds) {}

    /** Says only that it is none: who wrote it sees that by how it is delivered. */
    private static final class NotAnEnvelope extends Exception {
        private static final long serialVersionUID = 1L;

        NotAnEnvelope() {
            super("no envelope", null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    private EnvelopeReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    static Optional<Envelope> read(byte[] bytes, int start, int end) {
        if (!Utf8.isValid(bytes, start, end)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EnvelopeReader(bytes, start, end).envelope());
        } catch (NotAnEnvelope e) {
            return Optional.empty();
        }
    }

    private Envelope envelope() throws NotAnEnvelope {
        Optional<String> group = Optional.empty();
        Optional<String> dedup = Optional.empty();
        int delay = -1;
        Set<String> seen = new HashSet<>();
        expect('{');
        do {
            peek();
            String name = string(true);
            expect(':');
            if (!seen.add(name)) {
                throw new NotAnEnvelope();
            }
            if (peek() == 'n' && OPTIONAL.contains(name)) {
                word("null");
                continue;
            }
            switch (name) {
                case "uuid" -> matching(UUID);
                case "attributes" -> object(1);
                case "delay" -> delay = delay();
                case "group" -> group = Optional.of(matching(ID));
                case "dedup" -> dedup = Optional.of(matching(ID));
                case "body" -> body();
                default -> throw new NotAnEnvelope();
            }
        } while (more('}'));
        if (peek() >= 0 || !seen.contains("body")) {
            throw new NotAnEnvelope();
        }
        return new Envelope(group, dedup, delay);
    }

    private void body() throws NotAnEnvelope {
        peek();
        string(false);
    }

    private String matching(Pattern pattern) throws NotAnEnvelope {
        peek();
        String text = string(true);
        if (!pattern.matcher(text).matches()) {
            throw new NotAnEnvelope();
        }
        return text;
    }

    private int delay() throws NotAnEnvelope {
        int first = peek();
        int from = at;
        int value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && value <= MAX_DELAY_SECONDS) {
            value = value * 10 + bytes[at++] - '0';
        }
        boolean leadingZero = first == '0' && at - from > 1;
        if (at == from || leadingZero || value > MAX_DELAY_SECONDS) {
            throw new NotAnEnvelope();
        }
        return value;
    }

    // ---- JSON (RFC 8259), of which most is only passed over ----

    private void value(int depth) throws NotAnEnvelope {
        switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string(false);
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(int depth) throws NotAnEnvelope {
        expect('{');
        if (depth > MAX_DEPTH) {
            throw new NotAnEnvelope();
        }
        if (peek() == '}') {
            at++;
            return;
        }
        do {
            peek();
            string(false);
            expect(':');
            value(depth);
        } while (more('}'));
    }

    private void array(int depth) throws NotAnEnvelope {
        expect('[');
        if (depth > MAX_DEPTH) {
            throw new NotAnEnvelope();
        }
        if (peek() == ']') {
            at++;
            return;
        }
        do {
            value(depth);
        } while (more(']'));
    }

    private void word(String word) throws NotAnEnvelope {
        for (int i = 0; i < word.length(); i++) {
            if (at >= end || bytes[at++] != word.charAt(i)) {
                throw new NotAnEnvelope();
            }
        }
    }

    private void number() throws NotAnEnvelope {
        int from = at;
        while (at < end && "+-.0123456789eE".indexOf(bytes[at]) >= 0) {
            at++;
        }
        String text = new String(bytes, from, at - from, StandardCharsets.US_ASCII);
        if (!text.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            throw new NotAnEnvelope();
        }
    }

    /** @param wanted if not, it is only passed over, and "" is returned */
    private String string(boolean wanted) throws NotAnEnvelope {
        expectByte('"');
        int from = at;
        StringBuilder text = wanted ? new StringBuilder() : null;
        while (at < end && bytes[at] != '"') {
            byte b = bytes[at];
            if (b >= 0 && b < 0x20) {
                throw new NotAnEnvelope();
            }
            if (b != '\\') {
                at++;
                continue;
            }
            append(text, from);
            escape(text);
            from = at;
        }
        append(text, from);
        expectByte('"');
        return text == null ? "" : text.toString();
    }

    private void append(@Nullable StringBuilder text, int from) {
        if (text != null) {
            text.append(new String(bytes, from, at - from, StandardCharsets.UTF_8));
        }
    }

    private void escape(@Nullable StringBuilder text) throws NotAnEnvelope {
        at++;
        char c = at < end ? (char) bytes[at++] : 0;
        int codePoint = switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new NotAnEnvelope();
        };
        if (text != null) {
            text.appendCodePoint(codePoint);
        }
    }

    /** Half of a pair of surrogates is no character, and could not be sent as UTF-8. */
    private int unicode() throws NotAnEnvelope {
        int first = hex();
        if (!Character.isSurrogate((char) first)) {
            return first;
        }
        expectByte('\\');
        expectByte('u');
        int second = hex();
        if (!Character.isSurrogatePair((char) first, (char) second)) {
            throw new NotAnEnvelope();
        }
        return Character.toCodePoint((char) first, (char) second);
    }

    private int hex() throws NotAnEnvelope {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < end ? Character.digit(bytes[at++], 16) : -1;
            if (digit < 0) {
                throw new NotAnEnvelope();
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** After a value: true if a comma follows, false if the closing mark does. */
    private boolean more(char closing) throws NotAnEnvelope {
        int next = peek();
        if (next != ',' && next != closing) {
            throw new NotAnEnvelope();
        }
        at++;
        return next == ',';
    }

    /** The next byte that is no white space; negative at the end. */
    private int peek() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        return at < end ? bytes[at] & 0xff : -1;
    }

    private void expect(char mark) throws NotAnEnvelope {
        peek();
        expectByte(mark);
    }

    private void expectByte(char mark) throws NotAnEnvelope {
        if (at >= end || bytes[at] != mark) {
            throw new NotAnEnvelope();
        }
        at++;
    }
}
