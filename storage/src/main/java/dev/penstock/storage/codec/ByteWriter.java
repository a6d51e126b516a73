package dev.penstock.storage.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Grows as it is written. Fixed-width integers are big-endian, so that keys sort by value. Not thread-safe. */
public final class ByteWriter {

    private byte[] bytes;
    private int size;

    public ByteWriter(int expectedBytes) {
        bytes = new byte[Math.max(16, expectedBytes)];
    }

    public int size() {
        return size;
    }

    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    public ByteWriter u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteWriter u16(int value) {
        ensure(2);
        bytes[size] = (byte) (value >>> 8);
        bytes[size + 1] = (byte) value;
        size += 2;
        return this;
    }

    public ByteWriter i32(int value) {
        ensure(4);
        putInt(size, value);
        size += 4;
        return this;
    }

    public ByteWriter i64(long value) {
        ensure(8);
        putInt(size, (int) (value >>> 32));
        putInt(size + 4, (int) value);
        size += 8;
        return this;
    }

    /** Unsigned, 7 bits per byte, lowest first, the high bit says that more follow. */
    public ByteWriter varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Signed: small values of either sign are short. */
    public ByteWriter zigzag(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    public ByteWriter raw(byte[] source) {
        return raw(source, 0, source.length);
    }

    public ByteWriter raw(byte[] source, int from, int length) {
        ensure(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
        return this;
    }

    /** A length as varint, then the bytes. */
    public ByteWriter sized(byte[] source) {
        varint(source.length);
        return raw(source);
    }

    /** UTF-8, preceded by its length in bytes as varint. */
    public ByteWriter text(String text) {
        return sized(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Overwrites four bytes written before. */
    public ByteWriter setI32(int at, int value) {
        if (at < 0 || at > size - 4) {
            throw new IllegalArgumentException("expected a place below " + (size - 4) + ", but got " + at);
        }
        putInt(at, value);
        return this;
    }

    /** The bytes, with {@link Checksums#around} written into the four bytes kept free for it. */
    public byte[] sealed(int checksumAt) {
        bytes = toBytes();
        return setI32(checksumAt, Checksums.around(bytes, checksumAt)).bytes;
    }

    private void putInt(int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
