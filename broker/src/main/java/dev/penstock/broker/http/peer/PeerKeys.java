package dev.penstock.broker.http.peer;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys of the channel between peers, derived from the cluster's secret. Each connection has its own two, made from a nonce
 * of either side, so that nothing recorded on one connection is good on another; no clock takes part, because the clocks of
 * nodes may be wrong. Immutable.
 */
public final class PeerKeys {

    static final int NONCE_BYTES = 32;
    static final int MAC_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] root;

    public PeerKeys(byte[] clusterSecret) {
        if (clusterSecret.length < 16) {
            throw new IllegalArgumentException(
                    "expected a cluster secret of at least 16 bytes, but got " + clusterSecret.length);
        }
        root = mac(clusterSecret, "penstock peer channel 1".getBytes(StandardCharsets.US_ASCII));
    }

    /** Seals what goes from the connecting side to the accepting one. */
    FrameSeal toServer(byte[] clientNonce, byte[] serverNonce, byte[] certificate) {
        return new FrameSeal(sessionKey("client to server", clientNonce, serverNonce, certificate));
    }

    FrameSeal toClient(byte[] clientNonce, byte[] serverNonce, byte[] certificate) {
        return new FrameSeal(sessionKey("server to client", clientNonce, serverNonce, certificate));
    }

    /** @param certificate of the accepting side: with another in between the two sides come to different keys */
    private byte[] sessionKey(String direction, byte[] clientNonce, byte[] serverNonce, byte[] certificate) {
        Mac mac = newMac(root);
        mac.update(direction.getBytes(StandardCharsets.US_ASCII));
        mac.update(clientNonce);
        mac.update(serverNonce);
        return mac.doFinal(certificate);
    }

    static byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    static Mac newMac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] mac(byte[] key, byte[] content) {
        return newMac(key).doFinal(content);
    }
}
