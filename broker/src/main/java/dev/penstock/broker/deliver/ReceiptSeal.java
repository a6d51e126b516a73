package dev.penstock.broker.deliver;

import dev.penstock.storage.model.LeaseRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and opens receipt handles: opaque text that names one lease and cannot be made by anyone else. Thread-safe.
 *
 * <p>45 bytes in base64url: version 1, group id (4), generation (8), lease index (8), lease ordinal (4), offset (8), and the
 * first 12 bytes of HMAC-SHA256 over all of these. 96 bits leave a forger one chance in 2^96 a try (RFC 2104 §5 asks for at
 * least 80). The key is derived from the cluster's secret, so every node opens every node's receipts.
 */
public final class ReceiptSeal {

    private static final byte VERSION = 1;
    private static final int CONTENT_BYTES = 1 + 4 + 8 + 8 + 4 + 8;
    private static final int MAC_BYTES = 12;
    private static final String HMAC = "HmacSHA256";

    /** A receipt that proved authentic. */
    public record Opened(int groupId, long generation, LeaseRef lease) {}

    private final ThreadLocal<Mac> macs;

    public ReceiptSeal(String clusterSecret) {
        byte[] key = mac(new SecretKeySpec(clusterSecret.getBytes(StandardCharsets.UTF_8), HMAC))
                .doFinal("penstock receipt v1".getBytes(StandardCharsets.US_ASCII));
        SecretKeySpec derived = new SecretKeySpec(key, HMAC);
        this.macs = ThreadLocal.withInitial(() -> mac(derived));
    }

    public String seal(int groupId, long generation, LeaseRef lease) {
        ByteBuffer bytes = ByteBuffer.allocate(CONTENT_BYTES + MAC_BYTES)
                .put(VERSION)
                .putInt(groupId)
                .putLong(generation)
                .putLong(lease.leaseIndex())
                .putInt(lease.leaseOrdinal())
                .putLong(lease.offset());
        Mac mac = macs.get();
        mac.update(bytes.array(), 0, CONTENT_BYTES);
        bytes.put(mac.doFinal(), 0, MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Empty if the text is not a receipt of this cluster. */
    public Optional<Opened> open(String receipt) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(receipt);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length != CONTENT_BYTES + MAC_BYTES || bytes[0] != VERSION) {
            return Optional.empty();
        }
        Mac mac = macs.get();
        mac.update(bytes, 0, CONTENT_BYTES);
        byte[] expected = Arrays.copyOf(mac.doFinal(), MAC_BYTES);
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, CONTENT_BYTES, bytes.length))) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, CONTENT_BYTES - 1);
        int groupId = in.getInt();
        long generation = in.getLong();
        long leaseIndex = in.getLong();
        int leaseOrdinal = in.getInt();
        return Optional.of(new Opened(groupId, generation, new LeaseRef(in.getLong(), leaseIndex, leaseOrdinal)));
    }

    private static Mac mac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("expected the JDK to offer " + HMAC, e);
        }
    }
}
