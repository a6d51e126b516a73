package dev.penstock.broker.deliver;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * An event's id: 48 bits of commit milliseconds, 16 bits of source epoch, 64 bits of offset. Computed on read, so that an
 * id leads to its offset without an index. As text a ULID (Crockford's base 32, 26 characters); the same 128 bits as a
 * UUID are the SQS MessageId. Frozen: golden files hold it.
 */
final class EventId {

    private static final byte[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.US_ASCII);
    static final int ULID_CHARACTERS = 26;

    private EventId() {}

    static UUID of(long commitMicros, int epoch, long offset) {
        long millis = Math.floorDiv(commitMicros, 1000L);
        return new UUID((millis << 16) | (epoch & 0xffffL), offset);
    }

    static String text(UUID id) {
        byte[] ulid = new byte[ULID_CHARACTERS];
        putUlid(id, ulid, 0);
        return new String(ulid, StandardCharsets.US_ASCII);
    }

    /** Writes the ULID's 26 characters at {@code at}. */
    static void putUlid(UUID id, byte[] target, int at) {
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        for (int i = ULID_CHARACTERS - 1; i >= 0; i--) {
            target[at + i] = ALPHABET[(int) (low & 31)];
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
    }
}
