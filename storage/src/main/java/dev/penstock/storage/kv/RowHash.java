package dev.penstock.storage.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH64 (public specification, seed 0) of a key and its value, for the state digest. Well mixed, not cryptographic: it
 * finds faults, not forgeries. Part of the stored format, since digests of different versions are compared.
 */
public final class RowHash {

    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private RowHash() {}

    /** The hash of the value, seeded by the hash of the key: no byte can move from one to the other unnoticed. */
    public static long of(byte[] key, byte[] value) {
        return of(value, of(key, 0));
    }

    public static long of(byte[] bytes, long seed) {
        int at = 0;
        long h;
        if (bytes.length >= 32) {
            long a = seed + P1 + P2;
            long b = seed + P2;
            long c = seed;
            long d = seed - P1;
            for (; at <= bytes.length - 32; at += 32) {
                a = round(a, longAt(bytes, at));
                b = round(b, longAt(bytes, at + 8));
                c = round(c, longAt(bytes, at + 16));
                d = round(d, longAt(bytes, at + 24));
            }
            h = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            h = merge(merge(merge(merge(h, a), b), c), d);
        } else {
            h = seed + P5;
        }
        return tail(bytes, at, h + bytes.length);
    }

    private static long tail(byte[] bytes, int from, long hash) {
        int at = from;
        long h = hash;
        for (; at <= bytes.length - 8; at += 8) {
            h = Long.rotateLeft(h ^ round(0, longAt(bytes, at)), 27) * P1 + P4;
        }
        if (at <= bytes.length - 4) {
            h = Long.rotateLeft(h ^ (intAt(bytes, at) & 0xffff_ffffL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < bytes.length; at++) {
            h = Long.rotateLeft(h ^ (bytes[at] & 0xffL) * P5, 11) * P1;
        }
        h = (h ^ h >>> 33) * P2;
        h = (h ^ h >>> 29) * P3;
        return h ^ h >>> 32;
    }

    private static long round(long acc, long lane) {
        return Long.rotateLeft(acc + lane * P2, 31) * P1;
    }

    private static long merge(long h, long acc) {
        return (h ^ round(0, acc)) * P1 + P4;
    }

    private static long longAt(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    private static int intAt(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }
}
