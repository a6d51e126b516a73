package dev.penstock.broker.http.peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Path and body of a call: {@code u16 length, path, body}. */
record CallPayload(String path, byte[] body) {

    byte[] encode() {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Short.BYTES + name.length + body.length);
        return out.putShort((short) name.length).put(name).put(body).array();
    }

    static CallPayload decode(byte[] bytes) {
        int length = bytes.length < Short.BYTES ? -1 : ByteBuffer.wrap(bytes).getShort() & 0xffff;
        if (length < 0 || bytes.length - Short.BYTES < length) {
            throw new IllegalArgumentException("expected a path and a body in a call of " + bytes.length + " bytes");
        }
        String path = new String(bytes, Short.BYTES, length, StandardCharsets.UTF_8);
        return new CallPayload(path, Arrays.copyOfRange(bytes, Short.BYTES + length, bytes.length));
    }
}
