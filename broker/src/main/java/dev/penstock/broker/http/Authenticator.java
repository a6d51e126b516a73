package dev.penstock.broker.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says who asks: {@code Authorization: Bearer <id>.<secret>}, or an AWS signature (version 4) with the same id and secret.
 * Thread-safe, never blocks.
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
        /** No such key, or a wrong secret in a token. */
        UNKNOWN_KEY,
        /** A signature that does not match: wrong secret, or the request was changed on its way. */
        BAD_SIGNATURE,
        /** A signature whose time is too far from the node's clock. */
        EXPIRED
    }

    private static final byte[] NO_SECRET = new byte[32];

    private final Map<String, ApiKey> keys = new HashMap<>();
    private final SigV4 signatures;

    public Authenticator(List<ApiKey> keys, Clock clock) {
        for (ApiKey key : keys) {
            if (this.keys.put(key.id(), key) != null) {
                throw new IllegalArgumentException("the key id '" + key.id() + "' is there twice");
            }
        }
        this.signatures = new SigV4(id -> Optional.ofNullable(this.keys.get(id)), clock);
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

    private Outcome bearer(String token) {
        int dot = token.indexOf('.');
        if (dot < 1 || dot == token.length() - 1) {
            return new Denied(Reason.MALFORMED, "expected a token of the form <id>.<secret>");
        }
        ApiKey key = keys.get(token.substring(0, dot));
        byte[] given = token.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
        byte[] expected = key == null ? NO_SECRET : key.secret().getBytes(StandardCharsets.UTF_8);
        boolean same = MessageDigest.isEqual(given, expected);
        return key != null && same
                ? new Granted(key.identity())
                : new Denied(Reason.UNKNOWN_KEY, "no key has this id and secret");
    }
}
