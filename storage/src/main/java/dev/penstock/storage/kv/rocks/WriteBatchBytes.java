package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Space;

/**
 * RocksDB's own form of a write batch, made here so that a write crosses into native code once and not once per row: 12
 * bytes of sequence (zero) and count, little-endian, then records of tag, column family if not the default, key, value,
 * each with its length. This is the form of RocksDB's log files, which it keeps stable; the store's contract test reads
 * back what it writes.
 */
final class WriteBatchBytes {

    private static final int HEADER_BYTES = 12;
    private static final byte DELETE = 0x0;
    private static final byte PUT = 0x1;
    private static final byte FAMILY_DELETE = 0x4;
    private static final byte FAMILY_PUT = 0x5;
    private final byte[] bytes;
    private int at = HEADER_BYTES;

    private WriteBatchBytes(int capacity) {
        bytes = new byte[capacity];
    }

    static byte[] encode(Changes changes, int logFamily) {
        int count = changes.list().size();
        WriteBatchBytes out = new WriteBatchBytes(Math.toIntExact(sizeOf(changes, logFamily)));
        for (int i = 0; i < Integer.BYTES; i++) {
            out.bytes[8 + i] = (byte) (count >>> (8 * i));
        }
        for (Changes.Change change : changes.list()) {
            out.record(change, logFamily);
        }
        return out.bytes;
    }

    private static long sizeOf(Changes changes, int logFamily) {
        long size = HEADER_BYTES + changes.bytes();
        for (Changes.Change change : changes.list()) {
            byte[] value = change.value();
            size += 1 + varintBytes(change.key().length);
            size += value == null ? 0 : varintBytes(value.length);
            size += change.space() == Space.STATE ? 0 : varintBytes(logFamily);
        }
        return size;
    }

    private static int varintBytes(int value) {
        return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
    }

    private void record(Changes.Change change, int logFamily) {
        byte[] value = change.value();
        if (change.space() == Space.STATE) {
            bytes[at++] = value == null ? DELETE : PUT;
        } else {
            bytes[at++] = value == null ? FAMILY_DELETE : FAMILY_PUT;
            varint(logFamily);
        }
        sized(change.key());
        if (value != null) {
            sized(value);
        }
    }

    private void sized(byte[] source) {
        varint(source.length);
        System.arraycopy(source, 0, bytes, at, source.length);
        at += source.length;
    }

    private void varint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }
}
