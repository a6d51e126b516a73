package dev.penstock.replicator.render;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Checks that bytes are one JSON value (RFC 8259) in UTF-8, without building it and without recursion. */
final class JsonText {

    /** Deeper nesting than this is refused; Postgres' own parser gives up at about this depth (max_stack_depth 2 MB). */
    private static final int MAX_DEPTH = 8192;

    private final byte[] text;
    private final int to;
    private int at;
    /** One bit per open bracket: set = object. */
    private final BitSet objects = new BitSet();

    private int depth;

    private JsonText(byte[] text, int from, int to) {
        this.text = text;
        this.at = from;
        this.to = to;
    }

    static boolean isValue(byte[] text, int from, int to) {
        return new JsonText(text, from, to).check();
    }

    /** End of the digits that begin at {@code from}; {@code from} if there are none. */
    static int digitsEnd(byte[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at;
    }

    /** End of the JSON number that begins at {@code from}, or -1 if none does. */
    static int numberEnd(byte[] text, int from, int to) {
        int at = from < to && text[from] == '-' ? from + 1 : from;
        int digits = digitsEnd(text, at, to);
        if (digits == at || (text[at] == '0' && digits > at + 1)) {
            return -1;
        }
        at = digits;
        if (at < to && text[at] == '.') {
            digits = digitsEnd(text, at + 1, to);
            if (digits == at + 1) {
                return -1;
            }
            at = digits;
        }
        if (at < to && (text[at] == 'e' || text[at] == 'E')) {
            int exponent = at + 1 < to && (text[at + 1] == '+' || text[at + 1] == '-') ? at + 2 : at + 1;
            digits = digitsEnd(text, exponent, to);
            return digits == exponent ? -1 : digits;
        }
        return at;
    }

    private boolean check() {
        while (true) {
            space();
            if (at == to) {
                return false;
            }
            // A value begins here.
            byte b = text[at];
            if (b == '{' || b == '[') {
                if (!open(b == '{')) {
                    return false;
                }
                if (at < to && text[at] == (b == '{' ? '}' : ']')) {
                    at++;
                    depth--;
                } else if (b == '[' || member()) {
                    continue;
                } else {
                    return false;
                }
            } else if (!scalar(b)) {
                return false;
            }
            // A value ended here: close what it closes, up to the next comma.
            Boolean more = afterValue();
            if (more == null) {
                return false;
            }
            if (!more) {
                return at == to;
            }
        }
    }

    private boolean open(boolean object) {
        if (depth == MAX_DEPTH) {
            return false;
        }
        objects.set(depth++, object);
        at++;
        space();
        return true;
    }

    /** True: another value follows; false: the text's value is complete; null: neither. */
    private @Nullable Boolean afterValue() {
        while (true) {
            space();
            if (depth == 0) {
                return Boolean.FALSE;
            }
            if (at == to) {
                return null;
            }
            boolean object = objects.get(depth - 1);
            byte b = text[at++];
            if (b == ',') {
                space();
                return (!object || member()) ? Boolean.TRUE : null;
            }
            if (b != (object ? '}' : ']')) {
                return null;
            }
            depth--;
        }
    }

    /** A member's name and its colon. */
    private boolean member() {
        if (!string()) {
            return false;
        }
        space();
        return at < to && text[at++] == ':';
    }

    private boolean scalar(byte first) {
        return switch (first) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> {
                int end = numberEnd(text, at, to);
                if (end > 0) {
                    at = end;
                }
                yield end > 0;
            }
        };
    }

    private boolean word(String word) {
        if (to - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (text[at++] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean string() {
        if (at == to || text[at] != '"') {
            return false;
        }
        at++;
        while (at < to) {
            byte b = text[at];
            if (b == '"') {
                at++;
                return true;
            }
            if (b < 0) {
                int width = Utf8.width(text, at, to);
                if (width == 0) {
                    return false;
                }
                at += width;
            } else if (b == '\\') {
                if (!escape()) {
                    return false;
                }
            } else if (b < 0x20) {
                return false;
            } else {
                at++;
            }
        }
        return false;
    }

    private boolean escape() {
        if (to - at < 2) {
            return false;
        }
        byte b = text[at + 1];
        at += 2;
        if (b != 'u') {
            return "\"\\/bfnrt".indexOf(b) >= 0;
        }
        for (int i = 0; i < 4; i++) {
            if (at == to || Character.digit(text[at++], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private void space() {
        while (at < to && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }
}
