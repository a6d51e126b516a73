package dev.penstock.broker.http;

import dev.penstock.broker.http.Authenticator.Denied;
import dev.penstock.broker.http.Authenticator.Granted;
import dev.penstock.broker.http.Authenticator.Outcome;
import dev.penstock.broker.http.Authenticator.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Checks AWS signatures, version 4, over the request as it came: raw path, query, header values and body. Any region, the
 * service {@code sqs}. Thread-safe, never waits for another node.
 */
final class SigV4 {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final Duration MAX_SKEW = Duration.ofMinutes(15);

    /** The longest life of a presigned request that AWS allows. */
    private static final long MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

    private static final String PAYLOAD_HASH = "X-Amz-Content-Sha256";
    private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    private final KeyLookup keys;
    private final Clock clock;
    private final SigningKeys signingKeys = new SigningKeys();

    SigV4(KeyLookup keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    static boolean isPresigned(Request request) {
        String query = request.head().rawQuery();
        return query.startsWith("X-Amz-Signature=") || query.contains("&X-Amz-Signature=");
    }

    /** @param value of the Authorization field */
    Outcome verify(Request request, String value) {
        Optional<Signature> signature = Signature.parse(value.substring(ALGORITHM.length()));
        List<String> times = request.headers().all("X-Amz-Date");
        if (signature.isEmpty() || times.size() != 1) {
            return malformed("expected Credential, SignedHeaders, Signature and one X-Amz-Date field");
        }
        if (!signature.get().signedHeaders().contains("x-amz-date")) {
            return malformed("expected host and x-amz-date among the signed headers");
        }
        try {
            return verify(request, signature.get(), times.get(0), Optional.empty());
        } catch (HttpFailure notWellFormed) {
            // A query that cannot be decoded: who may not even ask is not told what is wrong with the question.
            return malformed(notWellFormed.detail());
        }
    }

    Outcome verifyPresigned(Request request) {
        try {
            Optional<Signature> signature = Signature.presigned(request);
            Optional<String> time = request.query("X-Amz-Date");
            Optional<Long> expires = request.query("X-Amz-Expires")
                    .filter(text -> text.matches("\\d{1,6}"))
                    .map(Long::valueOf)
                    .filter(seconds -> seconds <= MAX_EXPIRES_SECONDS);
            boolean known =
                    request.query("X-Amz-Algorithm").filter(ALGORITHM::equals).isPresent();
            if (signature.isEmpty() || time.isEmpty() || !known || expires.isEmpty()) {
                return malformed("expected the query parameters of a presigned request, version 4, good for at most "
                        + MAX_EXPIRES_SECONDS + " seconds");
            }
            return verify(request, signature.get(), time.get(), expires);
        } catch (HttpFailure notWellFormed) {
            return malformed(notWellFormed.detail());
        }
    }

    private Outcome verify(Request request, Signature signature, String time, Optional<Long> expiresSeconds) {
        Instant signed;
        try {
            signed = LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return malformed("expected a time such as 20261121T101500Z");
        }
        Optional<Denied> fault = faultOf(request, signature, time);
        if (fault.isPresent()) {
            return fault.get();
        }
        Optional<Denied> late = tooFarOff(signed, expiresSeconds);
        if (late.isPresent()) {
            return late.get();
        }
        KeyLookup.Found found = keys.find(signature.keyId());
        if (found instanceof KeyLookup.Later later) {
            return later.denied();
        }
        List<ApiKey> candidates = ((KeyLookup.Keys) found).keys();
        if (candidates.isEmpty()) {
            return new Denied(Reason.UNKNOWN_KEY, "no key has this id");
        }
        Optional<String> payloadHash = payloadHash(request, signature);
        boolean matches = false;
        if (payloadHash.isPresent()) {
            for (ApiKey key : candidates) {
                matches |= matches(request, signature, time, key, payloadHash.get());
            }
        }
        return matches
                ? new Granted(candidates.get(0).identity())
                : new Denied(Reason.BAD_SIGNATURE, "the signature does not match the request and the key");
    }

    private static Optional<Denied> faultOf(Request request, Signature signature, String time) {
        if (!signature.signedHeaders().contains("host") || !signature.date().equals(time.substring(0, 8))) {
            return Optional.of(malformed(
                    "expected host among the signed headers, and the date of the credential to be that of the time"));
        }
        if (!signature.service().equals("sqs")) {
            return Optional.of(malformed("expected the service sqs in the credential"));
        }
        // It says what is done with the signed body: unsigned, a receive on its way could be made a delete.
        boolean targetIsOpen = !request.headers().all("X-Amz-Target").isEmpty()
                && !signature.signedHeaders().contains("x-amz-target");
        return targetIsOpen
                ? Optional.of(malformed("expected x-amz-target among the signed headers, as the request has it"))
                : Optional.empty();
    }

    private Optional<Denied> tooFarOff(Instant signed, Optional<Long> expiresSeconds) {
        Instant now = clock.instant();
        Duration life = expiresSeconds.map(Duration::ofSeconds).orElse(MAX_SKEW);
        boolean old = now.isAfter(signed.plus(life));
        boolean early = signed.isAfter(now.plus(MAX_SKEW));
        return old || early
                ? Optional.of(new Denied(
                        Reason.EXPIRED, "Signature expired: signed at " + signed + ", the node's clock says " + now))
                : Optional.empty();
    }

    /** What stands for the body in the canonical request; empty if the request says another than is true. */
    private static Optional<String> payloadHash(Request request, Signature signature) {
        String actual = HexFormat.of().formatHex(sha256(request.body()));
        Optional<String> stated = signature.signedHeaders().contains("x-amz-content-sha256")
                ? Optional.of(String.join(",", request.headers().all(PAYLOAD_HASH)))
                : signature.presigned() ? request.query(PAYLOAD_HASH) : Optional.empty();
        // A body that is not signed is one that nobody on the way can change: with TLS only.
        if (stated.isPresent() && stated.get().equals(UNSIGNED_PAYLOAD) && request.secure()) {
            return stated;
        }
        return stated.isEmpty() || stated.get().equals(actual) ? Optional.of(actual) : Optional.empty();
    }

    private boolean matches(Request request, Signature signature, String time, ApiKey key, String payloadHash) {
        byte[] signingKey = signingKeys.get(key, signature.date(), signature.region(), signature.service());
        byte[] given;
        try {
            given = HexFormat.of().parseHex(signature.value());
        } catch (IllegalArgumentException notHex) {
            return false;
        }
        String path = request.head().rawPath();
        // Clients differ in whether they encode the path once more; for most paths both are the same.
        String twice = PercentCoding.encode(path, true);
        List<String> paths = twice.equals(path) ? List.of(path) : List.of(twice, path);
        boolean any = false;
        for (String candidate : paths) {
            String canonical = CanonicalRequest.of(request, signature, candidate, payloadHash);
            // ISO-8859-1 turns the header values back into the bytes that came.
            String hash = HexFormat.of().formatHex(sha256(canonical.getBytes(StandardCharsets.ISO_8859_1)));
            String toSign = ALGORITHM + "\n" + time + "\n" + signature.scope() + "\n" + hash;
            byte[] expected = SigningKeys.hmac(signingKey, toSign.getBytes(StandardCharsets.UTF_8));
            any |= MessageDigest.isEqual(expected, given);
        }
        return any;
    }

    private static Denied malformed(String detail) {
        return new Denied(Reason.MALFORMED, detail);
    }

    private static byte[] sha256(byte[] bytes) {
        return Digests.sha256().digest(bytes);
    }
}
