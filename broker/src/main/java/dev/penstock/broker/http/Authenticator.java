package dev.penstock.broker.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;

/**
 * Says who asks: {@code Authorization: Bearer <id>.<secret>}, or an AWS signature (version 4) with the same id and secret.
 * Thread-safe, never waits for another node.
 */
public final class Authenticator {

    /** What an authentication came to. */
    public sealed interface Outcome {}

    public record Granted(Identity identity) implements Outcome {}

    /** @param detail says what is wrong, never with anything secret */
    public record Denied(Reason reason, String detail) implements Outcome {}

    public enum Reason {
        MISSING,
        MALFORMED,
        /** No such key, a revoked one, or a wrong secret in a token. */
        UNKNOWN_KEY,
        /** A signature that does not match: wrong secret, or the request was changed on its way. */
        BAD_SIGNATURE,
        /** A signature whose time is too far from the node's clock. */
        EXPIRED,
        /** Neither right nor wrong: this node cannot tell, another or a later try may. */
        NOT_KNOWN_YET
    }

    private static final byte[] NO_SECRET = new byte[32];

    private final KeyLookup keys;
    private final SigV4 signatures;

    public Authenticator(KeyLookup keys, Clock clock) {
        this.keys = keys;
        this.signatures = new SigV4(keys, clock);
    }

    Outcome authenticate(Request request) {
        List<String> values = request.headers().all("Authorization");
        if (values.size() > 1) {
            return new Denied(Reason.MALFORMED, "expected one Authorization field, but got " + values.size());
        }
        if (values.isEmpty()) {
            return SigV4.isPresigned(request)
                    ? signatures.verifyPresigned(request)
                    : new Denied(Reason.MISSING, "the request has no Authorization field");
        }
        String value = values.get(0);
        if (value.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return bearer(value.substring(7).strip());
        }
        if (value.startsWith(SigV4.ALGORITHM)) {
            return signatures.verify(request, value);
        }
        return new Denied(Reason.MALFORMED, "expected 'Bearer <id>.<secret>' or an AWS signature, version 4");
    }

    /** Whether the key of somebody who was let in is no more; cheap. */
    boolean isRevoked(Identity identity) {
        return !identity.keyId().isEmpty()
                && keys.find(identity.keyId()) instanceof KeyLookup.Keys found
                && found.keys().isEmpty();
    }

    static Denied revoked() {
        return new Denied(Reason.UNKNOWN_KEY, "the key was revoked while the request waited");
    }

    private Outcome bearer(String token) {
        int dot = token.indexOf('.');
        if (dot < 1 || dot == token.length() - 1) {
            return new Denied(Reason.MALFORMED, "expected a token of the form <id>.<secret>");
        }
        KeyLookup.Found found = keys.find(token.substring(0, dot));
        if (found instanceof KeyLookup.Later later) {
            return later.denied();
        }
        byte[] given = token.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
        List<ApiKey> candidates = ((KeyLookup.Keys) found).keys();
        // As much work for an id that there is not as for one that there is.
        List<byte[]> secrets = candidates.isEmpty()
                ? List.of(NO_SECRET)
                : candidates.stream()
                        .map(key -> key.secret().getBytes(StandardCharsets.UTF_8))
                        .toList();
        boolean same = false;
        for (byte[] secret : secrets) {
            same |= MessageDigest.isEqual(given, secret);
        }
        return same && !candidates.isEmpty()
                ? new Granted(candidates.get(0).identity())
                : new Denied(Reason.UNKNOWN_KEY, "no key has this id and secret");
    }
}
