package dev.penstock.storage.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;

/**
 * How the bodies of a batch are packed. The code is stored format: never renumber. zstd level 1 and not lz4: see
 * docs/adr/0009-batch-compression.md.
 */
enum BodyCompression {
    /** As they are: where compression gains less than a sixteenth, which is not worth unpacking for. */
    STORED(0),
    ZSTD(1);

    private static final int ZSTD_LEVEL = 1;

    private final int code;

    BodyCompression(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static BodyCompression ofCode(int code) {
        return switch (code) {
            case 0 -> STORED;
            case 1 -> ZSTD;
            default -> throw new UnknownFormatException("body compression", code, "0 and 1");
        };
    }

    record Packed(BodyCompression compression, byte[] bytes, int length) {}

    static Packed pack(byte[] bodies) {
        byte[] packed = new byte[(int) Zstd.compressBound(bodies.length)];
        int length = (int) Zstd.compressByteArray(packed, 0, packed.length, bodies, 0, bodies.length, ZSTD_LEVEL);
        if (length > bodies.length - bodies.length / 16) {
            return new Packed(STORED, bodies, bodies.length);
        }
        return new Packed(ZSTD, packed, length);
    }

    /** @param unpackedLength as the batch claims, already bounded by the caller */
    byte[] unpack(byte[] bytes, int from, int length, int unpackedLength) {
        if (this == STORED) {
            if (length != unpackedLength) {
                throw damaged(from, "expected " + unpackedLength + " stored bytes, but there are " + length);
            }
            return Arrays.copyOfRange(bytes, from, from + length);
        }
        byte[] unpacked = new byte[unpackedLength];
        try {
            long seen = Zstd.decompressByteArray(unpacked, 0, unpackedLength, bytes, from, length);
            if (seen != unpackedLength) {
                throw damaged(from, "expected " + unpackedLength + " bytes, but the zstd frame gives " + seen);
            }
        } catch (ZstdException e) {
            throw damaged(from, "expected a zstd frame of " + unpackedLength + " bytes, but got: " + e.getMessage());
        }
        return unpacked;
    }

    private static CorruptDataException damaged(int at, String seen) {
        return new CorruptDataException("batch bodies", at, seen);
    }
}
