package dev.penstock.broker.http.peer;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import javax.crypto.Mac;

/**
 * One direction of a connection: a code over each frame and its number, so that none can be forged, changed, left out,
 * repeated or moved. One thread.
 */
final class FrameSeal {

    private final Mac mac;
    private long number;

    FrameSeal(byte[] key) {
        mac = PeerKeys.newMac(key);
    }

    /** The code of the next frame. */
    byte[] next(ByteBuffer frame) {
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number++));
        mac.update(frame);
        return mac.doFinal();
    }

    boolean matchesNext(ByteBuffer frame, byte[] code) {
        return MessageDigest.isEqual(next(frame), code);
    }
}
