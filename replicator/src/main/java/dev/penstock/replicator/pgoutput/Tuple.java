package dev.penstock.replicator.pgoutput;

import java.util.Arrays;

/**
 * The column values of one row image, as ranges of the message's bytes. Valid as long as nobody changes these bytes.
 */
public final class Tuple {

    private static final int NULL = -1;
    private static final int UNCHANGED = -2;

    private final byte[] bytes;
    /** Start and length of each column; a negative length is NULL or UNCHANGED. */
    private final int[] ranges;

    Tuple(byte[] bytes, int[] ranges) {
        this.bytes = bytes;
        this.ranges = ranges;
    }

    static Tuple read(WireReader in) throws MalformedMessageException {
        int count = in.u16("the number of columns");
        if (count > in.remaining()) {
            throw new MalformedMessageException(
                    "expected " + count + " columns, but only " + in.remaining() + " bytes are left");
        }
        int[] ranges = new int[2 * count];
        for (int i = 0; i < count; i++) {
            byte kind = in.u8("a column's kind");
            switch (kind) {
                case 'n' -> ranges[2 * i + 1] = NULL;
                case 'u' -> ranges[2 * i + 1] = UNCHANGED;
                case 't' -> {
                    int length = in.i32("a column's length");
                    ranges[2 * i] = in.skip(length, "a column's value");
                    ranges[2 * i + 1] = length;
                }
                default ->
                    throw new MalformedMessageException(
                            "expected a column of kind n, u or t, but got byte " + (kind & 0xff));
            }
        }
        return new Tuple(in.bytes(), ranges);
    }

    public int size() {
        return ranges.length / 2;
    }

    public byte[] bytes() {
        return bytes;
    }

    /** SQL NULL, or, in a key tuple, a column outside the key: not sent. */
    public boolean isNull(int column) {
        return ranges[2 * column + 1] == NULL;
    }

    /** A TOASTed value that the statement did not touch: not sent, and not null. */
    public boolean isUnchanged(int column) {
        return ranges[2 * column + 1] == UNCHANGED;
    }

    public int start(int column) {
        return ranges[2 * column];
    }

    public int end(int column) {
        return ranges[2 * column] + Math.max(0, ranges[2 * column + 1]);
    }

    /** Whether the same column is the same null or the same text in both. */
    public boolean sameValue(int column, Tuple other) {
        int length = ranges[2 * column + 1];
        if (length != other.ranges[2 * column + 1]) {
            return false;
        }
        return length <= 0
                || Arrays.equals(
                        bytes, start(column), end(column), other.bytes, other.start(column), other.end(column));
    }
}
