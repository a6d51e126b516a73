package dev.penstock.storage.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteWriter} wrote, trusting nothing: each read is checked against the bounds, each length against what
 * is left. Every failure is a {@link CorruptDataException} that names what was being read. Not thread-safe.
 */
public final class ByteReader {

    private final String what;
    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(String what, byte[] bytes) {
        this(what, bytes, 0, bytes.length);
    }

    /** @param what names the bytes in failures */
    public ByteReader(String what, byte[] bytes, int from, int to) {
        if (from < 0 || to < from || to > bytes.length) {
            throw new CorruptDataException(
                    what,
                    Math.max(0, from),
                    "expected a section within " + bytes.length + " bytes, but it ends at " + to);
        }
        this.what = what;
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    public int position() {
        return at;
    }

    public int remaining() {
        return end - at;
    }

    public int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    public int u16() {
        return u8() << 8 | u8();
    }

    public int i32() {
        need(4);
        int value = (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
        at += 4;
        return value;
    }

    public long i64() {
        long high = i32() & 0xffff_ffffL;
        return high << 32 | (i32() & 0xffff_ffffL);
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            if (shift == 63 && b > 1) {
                break;
            }
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw failure("expected the shortest form of a variable integer");
                }
                return value;
            }
        }
        throw failure("expected a variable integer of at most 64 bits");
    }

    public long zigzag() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A zigzag of 32 bits. */
    public int integer(String name) {
        long value = zigzag();
        if (value != (int) value) {
            throw failure("expected " + name + " of 32 bits, but got " + value);
        }
        return (int) value;
    }

    /** One byte, 0 or 1. */
    public boolean flag(String name) {
        int value = u8();
        if (value > 1) {
            throw new UnknownFormatException(name, value, "0 and 1");
        }
        return value == 1;
    }

    /** A varint in [0, max]. */
    public int bounded(String name, int max) {
        return inRange(name, varint(), max);
    }

    /** A varint that counts things which take at least {@code minBytes} each: never more than what is left can hold. */
    public int count(String name, int minBytes) {
        long value = varint();
        return inRange(name, value, remaining() / minBytes);
    }

    private int inRange(String name, long value, int max) {
        if (value < 0 || value > max) {
            throw failure("expected " + name + " of at most " + max + ", but got " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** A varint that is not negative as a signed number. */
    public long nonNegative(String name) {
        long value = varint();
        if (value < 0) {
            throw failure("expected " + name + " below 2^63");
        }
        return value;
    }

    public byte[] raw(int length) {
        need(length);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public void skip(int length) {
        need(length);
        at += length;
    }

    public byte[] sized() {
        return raw(count("a length", 1));
    }

    public String text() {
        int length = count("the length of a text", 1);
        at += length;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, at - length, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failure("expected UTF-8");
        }
    }

    /** Everything must have been read. */
    public void finish() {
        if (at != end) {
            throw failure("expected the end, but " + (end - at) + " bytes are left");
        }
    }

    public CorruptDataException failure(String seen) {
        return new CorruptDataException(what, at, seen);
    }

    private void need(int length) {
        if (length < 0 || length > end - at) {
            throw failure("expected " + length + " more bytes, but " + (end - at) + " are left");
        }
    }
}
