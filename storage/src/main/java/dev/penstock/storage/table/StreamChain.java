package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The chained digest of a stream: equal on two nodes only if both appended the same batches at the same offsets. */
public final class StreamChain {

    /** The chain of an empty stream. */
    public static final long EMPTY = 0;

    private StreamChain() {}

    /** First 64 bits, big-endian, of SHA-256 over previous chain 8B, base offset 8B, batch checksum 4B. */
    public static long next(long previous, long baseOffset, int checksum) {
        byte[] link =
                new ByteWriter(20).i64(previous).i64(baseOffset).i32(checksum).toBytes();
        return RowKey.longAt(sha256().digest(link), 0);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256, which every Java runtime must have", e);
        }
    }
}
