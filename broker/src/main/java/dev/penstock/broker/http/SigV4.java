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
import java.util.function.Function;

/**
 * Checks AWS signatures, version 4, over the request as it came: raw path, query, header values and body. Any region, the
 * service {@code sqs}. Thread-safe, never blocks.
 */
final class SigV4 {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final Duration MAX_SKEW = Duration.ofMinutes(15);

    /** The longest life of a presigned request that AWS allows. */
    private static final long MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    private final Function<String, Optional<ApiKey>> keys;
    private final Clock clock;
    private final SigningKeys signingKeys = new SigningKeys();

    SigV4(Function<String, Optional<ApiKey>> keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    static boolean isPresigned(Request request) {
        return request.head().rawQuery().contains("X-Amz-Signature=");
    }

    /** @param value of the Authorization field */
    Outcome verify(Request request, String value) {
        Optional<Signature> signature = Signature.parse(value.substring(ALGORITHM.length()));
        Optional<String> time = request.headers().first("X-Amz-Date");
        if (signature.isEmpty() || time.isEmpty()) {
            return malformed("expected Credential, SignedHeaders, Signature and an X-Amz-Date field");
        }
        if (!signature.get().signedHeaders().contains("x-amz-date")) {
            return malformed("expected host and x-amz-date among the signed headers");
        }
        return verify(request, signature.get(), time.get(), Optional.empty());
    }

    Outcome verifyPresigned(Request request) {
        try {
            Optional<Signature> signature = Signature.presigned(request);
            Optional<String> time = request.query("X-Amz-Date");
            Optional<String> expires = request.query("X-Amz-Expires");
            boolean known =
                    request.query("X-Amz-Algorithm").filter(ALGORITHM::equals).isPresent();
            boolean number = expires.filter(text -> text.matches("\\d{1,6}")).isPresent();
            if (signature.isEmpty() || time.isEmpty() || !known || !number) {
                return malformed("expected the query parameters of a presigned request, version 4");
            }
            return verify(request, signature.get(), time.get(), Optional.of(Long.valueOf(expires.orElseThrow())));
        } catch (HttpFailure failure) {
            return malformed(failure.detail());
        }
    }

    private Outcome verify(Request request, Signature signature, String time, Optional<Long> expiresSeconds) {
        Instant signed;
        try {
            signed = LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return malformed("expected a time such as 20261121T101500Z");
        }
        if (!signature.signedHeaders().contains("host") || !signature.date().equals(time.substring(0, 8))) {
            return malformed(
                    "expected host among the signed headers, and the date of the credential to be that of the time");
        }
        if (!signature.service().equals("sqs")) {
            return malformed("expected the service sqs in the credential");
        }
        Optional<Denied> late = tooFarOff(signed, expiresSeconds);
        if (late.isPresent()) {
            return late.get();
        }
        Optional<ApiKey> key = keys.apply(signature.keyId());
        if (key.isEmpty()) {
            return new Denied(Reason.UNKNOWN_KEY, "no key has this id");
        }
        Optional<String> payloadHash = payloadHash(request, signature);
        boolean matches = payloadHash.isPresent() && matches(request, signature, time, key.get(), payloadHash.get());
        return matches
                ? new Granted(key.get().identity())
                : new Denied(Reason.BAD_SIGNATURE, "the signature does not match the request and the key");
    }

    private Optional<Denied> tooFarOff(Instant signed, Optional<Long> expiresSeconds) {
        Instant now = clock.instant();
        Duration life = expiresSeconds
                .map(seconds -> Duration.ofSeconds(Math.min(seconds, MAX_EXPIRES_SECONDS)))
                .orElse(MAX_SKEW);
        boolean old = now.isAfter(signed.plus(life));
        boolean early = signed.isAfter(now.plus(MAX_SKEW));
        return old || early
                ? Optional.of(new Denied(
                        Reason.EXPIRED, "Signature expired: signed at " + signed + ", the node's clock says " + now))
                : Optional.empty();
    }

    private static Optional<String> payloadHash(Request request, Signature signature) {
        String actual = HexFormat.of().formatHex(sha256(request.body()));
        Optional<String> stated = request.headers().first("X-Amz-Content-Sha256");
        // Unsigned payloads would be for connections that nobody can change: not without TLS.
        boolean differs = stated.isPresent()
                && signature.signedHeaders().contains("x-amz-content-sha256")
                && !stated.get().equals(actual);
        return differs ? Optional.empty() : Optional.of(actual);
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
