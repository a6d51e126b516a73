package dev.penstock.broker.http;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys derived from secrets for a day, region and service: four of the five HMACs of a signature. Kept for known keys only;
 * when there are too many (a client that makes up regions) all are dropped. Thread-safe.
 */
final class SigningKeys {

    private static final int MAX_KEPT = 1_000;
    private static final String ALGORITHM = "HmacSHA256";

    /** @param secret two may be good at a time, while a key is rotated */
    private record Name(String keyId, String secret, String date, String region, String service) {
        @Override
        public String toString() {
            return "Name[" + keyId + ", " + date + ", " + region + ", " + service + "]";
        }
    }

    private final Map<Name, byte[]> kept = new ConcurrentHashMap<>();

    byte[] get(ApiKey key, String date, String region, String service) {
        Name name = new Name(key.id(), key.secret(), date, region, service);
        byte[] known = kept.get(name);
        if (known != null) {
            return known;
        }
        byte[] secret = ("AWS4" + key.secret()).getBytes(StandardCharsets.UTF_8);
        byte[] derived =
                hmac(hmac(hmac(hmac(secret, bytes(date)), bytes(region)), bytes(service)), bytes("aws4_request"));
        if (kept.size() >= MAX_KEPT) {
            kept.clear();
        }
        kept.put(name, derived);
        return derived;
    }

    static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(content);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
