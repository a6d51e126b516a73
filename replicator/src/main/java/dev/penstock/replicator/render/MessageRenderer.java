package dev.penstock.replicator.render;

import dev.penstock.replicator.pgoutput.PgOutputMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Records of events that are no rows: logical messages and gaps. Pure. */
public final class MessageRenderer {

    private MessageRenderer() {}

    /** Content as a JSON string where it is UTF-8, else in base64 and marked so. */
    public static byte[] logical(PgOutputMessage.Logical message, JsonBytes out) throws EventTooLargeException {
        out.clear();
        ascii("{\"prefix\":", out);
        string(message.prefix(), out);
        ascii(",\"content\":", out);
        int length = message.end() - message.start();
        out.require(length);
        boolean text = Utf8.isValid(message.bytes(), message.start(), message.end());
        if (text) {
            out.string(message.bytes(), message.start(), message.end());
        } else {
            out.require((length + 2L) / 3 * 4);
            byte[] base64 = Base64.getEncoder()
                    .encode(ByteBuffer.wrap(message.bytes(), message.start(), length))
                    .array();
            out.string(base64, 0, base64.length);
        }
        ascii(",\"transactional\":" + message.transactional(), out);
        ascii(text ? "}" : ",\"encoding\":\"base64\"}", out);
        return out.copy(0, out.length());
    }

    public static byte[] gap(String fromLsn, String toLsn, String reason, JsonBytes out) throws EventTooLargeException {
        out.clear();
        ascii("{\"from_lsn\":", out);
        string(fromLsn, out);
        ascii(",\"to_lsn\":", out);
        string(toLsn, out);
        ascii(",\"reason\":", out);
        string(reason, out);
        ascii("}", out);
        return out.copy(0, out.length());
    }

    private static void ascii(String text, JsonBytes out) throws EventTooLargeException {
        out.raw(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void string(String text, JsonBytes out) throws EventTooLargeException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.string(utf8, 0, utf8.length);
    }
}
