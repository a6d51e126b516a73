package dev.penstock.storage.table;

import java.nio.charset.StandardCharsets;

/**
 * Keys of the STATE space: a byte that names the table, then fields of fixed width, big-endian, so that rows sort by
 * their numbers. Numbers in keys are never negative. The table bytes are stored format: never renumber.
 */
final class RowKey {

    static final int PROGRESS = 0x00;
    static final int FACTS = 0x01;
    static final int SOURCE = 0x02;
    static final int STREAM = 0x03;
    static final int BATCH_FACTS = 0x04;
    static final int GROUP = 0x05;
    static final int GROUP_NAME = 0x06;
    static final int UNSETTLED = 0x07;
    static final int READY = 0x08;
    static final int DUE = 0x09;
    static final int SWEEP = 0x0a;
    static final int KEY = 0x0b;
    static final int PARKED = 0x0c;
    static final int TAGS = 0x0d;

    static final int API_KEY = 0x0e;
    static final int DEAD_LETTER = 0x14;
    static final int DYING = 0x15;
    static final int DEDUPLICATION = 0x18;
    static final int DEDUPLICATION_TIME = 0x19;

    /** The value of a row that says all in its key. */
    static final byte[] NOTHING = new byte[0];

    private RowKey() {}

    static byte[] of(int table) {
        return new byte[] {(byte) table};
    }

    static byte[] of(int table, int id) {
        byte[] key = new byte[5];
        key[0] = (byte) table;
        putInt(key, 1, id);
        return key;
    }

    static byte[] of(int table, int id, long number) {
        byte[] key = new byte[13];
        key[0] = (byte) table;
        putInt(key, 1, id);
        putLong(key, 5, number);
        return key;
    }

    static byte[] of(int table, int id, long number, long offset) {
        byte[] key = new byte[21];
        key[0] = (byte) table;
        putInt(key, 1, id);
        putLong(key, 5, number);
        putLong(key, 13, offset);
        return key;
    }

    static byte[] ofName(int table, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + text.length];
        key[0] = (byte) table;
        System.arraycopy(text, 0, key, 1, text.length);
        return key;
    }

    static void putInt(byte[] key, int at, int value) {
        key[at] = (byte) (value >>> 24);
        key[at + 1] = (byte) (value >>> 16);
        key[at + 2] = (byte) (value >>> 8);
        key[at + 3] = (byte) value;
    }

    static void putLong(byte[] key, int at, long value) {
        putInt(key, at, (int) (value >>> 32));
        putInt(key, at + 4, (int) value);
    }

    static int intAt(byte[] key, int at) {
        return (key[at] & 0xff) << 24 | (key[at + 1] & 0xff) << 16 | (key[at + 2] & 0xff) << 8 | (key[at + 3] & 0xff);
    }

    static long longAt(byte[] key, int at) {
        return (long) intAt(key, at) << 32 | (intAt(key, at + 4) & 0xffff_ffffL);
    }
}
