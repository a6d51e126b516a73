package dev.penstock.broker.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digests of the platform. Stateless. */
public final class Digests {

    private Digests() {}

    public static MessageDigest sha256() {
        return digest("SHA-256");
    }

    /** For the SQS protocol, which prescribes it; protects nothing. */
    public static MessageDigest md5() {
        return digest("MD5");
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
