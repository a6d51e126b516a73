package dev.penstock.storage.codec;

import java.util.Arrays;
import java.util.Random;

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
                int[] extremes = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ffffff, bytes.length};
                byte[] number = new ByteWriter(4)
                        .i32(extremes[random.nextInt(extremes.length)])
                        .toBytes();
                for (int b = 0; b < 4 && at + b < bytes.length; b++) {
                    bytes[at + b] = number[b];
                }
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
