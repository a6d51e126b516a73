package dev.penstock.broker.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of an AWS signature, as the client states them.
 *
 * @param signedHeaders lower-case names in the order stated
 * @param value hexadecimal
 * @param presigned true if it came in the query
 */
record Signature(
        String keyId,
        String date,
        String region,
        String service,
        List<String> signedHeaders,
        String value,
        boolean presigned) {

    private static final String TERMINATOR = "aws4_request";

    String scope() {
        return date + "/" + region + "/" + service + "/" + TERMINATOR;
    }

    /** @param fields {@code Credential=…, SignedHeaders=…, Signature=…}; blanks after the commas vary */
    static Optional<Signature> parse(String fields) {
        Map<String, String> values = new HashMap<>();
        for (String field : fields.split(",", -1)) {
            int equals = field.indexOf('=');
            if (equals < 0
                    || values.put(
                                    field.substring(0, equals).strip(),
                                    field.substring(equals + 1).strip())
                            != null) {
                return Optional.empty();
            }
        }
        return of(
                values.getOrDefault("Credential", ""),
                values.getOrDefault("SignedHeaders", ""),
                values.getOrDefault("Signature", ""),
                false);
    }

    static Optional<Signature> presigned(Request request) {
        return of(
                request.query("X-Amz-Credential").orElse(""),
                request.query("X-Amz-SignedHeaders").orElse(""),
                request.query("X-Amz-Signature").orElse(""),
                true);
    }

    private static Optional<Signature> of(String credential, String headers, String value, boolean presigned) {
        // From the right: the key id is the only part that might hold a slash.
        String[] parts = credential.split("/", -1);
        int count = parts.length;
        if (count < 5 || headers.isEmpty() || value.isEmpty() || !parts[count - 1].equals(TERMINATOR)) {
            return Optional.empty();
        }
        String keyId = String.join("/", List.of(parts).subList(0, count - 4));
        return Optional.of(new Signature(
                keyId,
                parts[count - 4],
                parts[count - 3],
                parts[count - 2],
                List.of(headers.split(";", -1)),
                value,
                presigned));
    }
}
