package dev.penstock.storage.codec;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** What can happen to bytes: flipped, cut, grown, overwritten with extreme numbers, pieces moved. */
public final class Mutation {

    private Mutation() {}

    public static byte[] of(Random random, byte[] original) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes = one(random, bytes);
        }
        return bytes;
    }

    /** Past it the bytes of all golden samples are content, where one place is like the next. */
    private static final int CONTENT_FROM = 400;

    /**
     * Cut at every place; every byte, and every four bytes, overwritten with numbers that are most likely to hurt. In long
     * content only every seventh place.
     */
    public static void each(byte[] original, Consumer<byte[]> attempt) {
        for (int at = 0; at < original.length; at += at < CONTENT_FROM ? 1 : 7) {
            attempt.accept(Arrays.copyOf(original, at));
            for (int b : new int[] {0, 1, 0x7f, 0x80, 0xff, original[at] ^ 1, original[at] + 1, original[at] - 1}) {
                byte[] bytes = original.clone();
                bytes[at] = (byte) b;
                attempt.accept(bytes);
            }
            for (int number : extremes(original)) {
                byte[] bytes = original.clone();
                put(bytes, at, number);
                attempt.accept(bytes);
            }
        }
        attempt.accept(Arrays.copyOf(original, original.length + 1));
    }

    private static int[] extremes(byte[] bytes) {
        return new int[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ffffff, bytes.length, 64 << 20};
    }

    private static void put(byte[] bytes, int at, int number) {
        for (int b = 0; b < 4 && at + b < bytes.length; b++) {
            bytes[at + b] = (byte) (number >>> (24 - 8 * b));
        }
    }

    private static byte[] one(Random random, byte[] bytes) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                return Arrays.copyOf(bytes, bytes.length + random.nextInt(40));
            }
            case 4 -> {
                int[] extremes = extremes(bytes);
                put(bytes, at, extremes[random.nextInt(extremes.length)]);
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(16), bytes.length - Math.max(from, at));
                System.arraycopy(bytes.clone(), from, bytes, at, length);
            }
        }
        return bytes;
    }
}
