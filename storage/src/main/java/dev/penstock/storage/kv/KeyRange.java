package dev.penstock.storage.kv;

import java.util.Arrays;

/** Keys in {@code [from, to)} in unsigned byte order. The arrays must not be changed. */
public record KeyRange(byte[] from, byte[] to) {

    /** All keys that begin with the prefix, which must not be all 0xff. */
    public static KeyRange prefix(byte[] prefix) {
        return new KeyRange(prefix, after(prefix));
    }

    /** Keys that begin with the prefix, from {@code from} on. */
    public static KeyRange within(byte[] prefix, byte[] from) {
        return new KeyRange(from, after(prefix));
    }

    private static byte[] after(byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (prefix[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(prefix, i + 1);
                end[i]++;
                return end;
            }
        }
        throw new IllegalArgumentException("expected a prefix with a byte below 0xff");
    }

    public boolean isBelowEnd(byte[] key) {
        return Arrays.compareUnsigned(key, to) < 0;
    }
}
