package dev.penstock.replicator.pgoutput;

import java.nio.charset.StandardCharsets;

/** Reads big-endian integers and NUL-terminated strings from a range of bytes. Trusts no length. One thread, one use. */
final class WireReader {

    private final byte[] bytes;
    private final int end;
    private int at;

    WireReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    byte u8(String what) throws MalformedMessageException {
        need(1, what);
        return bytes[at++];
    }

    int u16(String what) throws MalformedMessageException {
        need(2, what);
        int value = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
        at += 2;
        return value;
    }

    int i32(String what) throws MalformedMessageException {
        need(4, what);
        int value = (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
        at += 4;
        return value;
    }

    long i64(String what) throws MalformedMessageException {
        long high = i32(what);
        return high << 32 | (i32(what) & 0xffff_ffffL);
    }

    String string(String what) throws MalformedMessageException {
        int from = at;
        while (at < end) {
            if (bytes[at++] == 0) {
                return new String(bytes, from, at - 1 - from, StandardCharsets.UTF_8);
            }
        }
        throw new MalformedMessageException("expected " + what + " to end with a zero byte within the message");
    }

    /** Passes over {@code length} bytes and returns where they start. */
    int skip(int length, String what) throws MalformedMessageException {
        if (length < 0) {
            throw new MalformedMessageException("expected a length of " + what + " of 0 or more, but got " + length);
        }
        need(length, what);
        int from = at;
        at += length;
        return from;
    }

    void end(String what) throws MalformedMessageException {
        if (at != end) {
            throw new MalformedMessageException(
                    "expected nothing after " + what + ", but " + (end - at) + " bytes follow");
        }
    }

    private void need(int count, String what) throws MalformedMessageException {
        if (end - at < count) {
            throw new MalformedMessageException(
                    "expected " + count + " bytes of " + what + ", but only " + (end - at) + " are left");
        }
    }
}
