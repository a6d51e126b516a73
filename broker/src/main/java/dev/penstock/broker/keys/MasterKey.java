package dev.penstock.broker.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the secrets of keys before they enter the log: AES-256-GCM under a key derived from the master key, bound to the id
 * of the key they belong to. The form is part of the stored format (docs/stored-format.md). Immutable, thread-safe.
 */
public final class MasterKey {

    private static final int FORM = 1;
    private static final int FINGERPRINT_BYTES = 8;

    /** What GCM is made for, and all that SP 800-38D says of random nonces holds up to 2^32 secrets. */
    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;
    private static final int HEAD_BYTES = 1 + FINGERPRINT_BYTES + NONCE_BYTES;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final SecretKeySpec key;
    private final byte[] fingerprint;

    /** @param masterKey the configured text; 256 bits of chance are expected, not a password */
    public MasterKey(String masterKey) {
        byte[] text = masterKey.getBytes(StandardCharsets.UTF_8);
        if (text.length < 32) {
            throw new IllegalArgumentException("expected a master key of at least 32 bytes, but got " + text.length);
        }
        key = new SecretKeySpec(mac(text, "penstock api keys 1"), "AES");
        fingerprint = Arrays.copyOf(mac(text, "penstock master key fingerprint 1"), FINGERPRINT_BYTES);
    }

    private static byte[] mac(byte[] key, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    byte[] seal(String keyId, String secret, SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] text = cipher(Cipher.ENCRYPT_MODE, keyId, nonce).doFinal(secret.getBytes(StandardCharsets.UTF_8));
            byte[] sealed = new byte[HEAD_BYTES + text.length];
            sealed[0] = FORM;
            System.arraycopy(fingerprint, 0, sealed, 1, FINGERPRINT_BYTES);
            System.arraycopy(nonce, 0, sealed, 1 + FINGERPRINT_BYTES, NONCE_BYTES);
            System.arraycopy(text, 0, sealed, HEAD_BYTES, text.length);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    /** Empty if it was sealed under another master key, for another id, or was changed. */
    Optional<String> open(String keyId, byte[] sealed) {
        if (!fits(sealed)) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOfRange(sealed, 1 + FINGERPRINT_BYTES, HEAD_BYTES);
        try {
            byte[] text =
                    cipher(Cipher.DECRYPT_MODE, keyId, nonce).doFinal(sealed, HEAD_BYTES, sealed.length - HEAD_BYTES);
            return Optional.of(new String(text, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException damaged) {
            return Optional.empty();
        }
    }

    /** Whether it says of itself that it was sealed under this master key. */
    boolean fits(byte[] sealed) {
        return sealed.length >= HEAD_BYTES + TAG_BITS / 8
                && sealed[0] == FORM
                && Arrays.equals(sealed, 1, 1 + FINGERPRINT_BYTES, fingerprint, 0, FINGERPRINT_BYTES);
    }

    /** For people who compare nodes; says nothing of the key itself. */
    String fingerprint() {
        return HexFormat.of().formatHex(fingerprint);
    }

    static String fingerprintOf(byte[] sealed) {
        return sealed.length > HEAD_BYTES ? HexFormat.of().formatHex(sealed, 1, 1 + FINGERPRINT_BYTES) : "unknown";
    }

    private Cipher cipher(int mode, String keyId, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(("penstock api key 1" + keyId).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "MasterKey[" + fingerprint() + "]";
    }
}
