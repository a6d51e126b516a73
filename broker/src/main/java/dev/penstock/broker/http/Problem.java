package dev.penstock.broker.http;

import java.util.Locale;

/**
 * The catalogue of errors that the native API answers, {@code application/problem+json}; other protocols translate from
 * it. The constant's name is the {@code code}.
 */
public enum Problem {
    MALFORMED_REQUEST(400, "The request is not well-formed HTTP"),
    INVALID_REQUEST(400, "The request is not valid"),
    INVALID_RECEIPT(400, "Not a receipt of this group"),
    OFFSET_OUT_OF_RANGE(400, "The offset is outside the stream"),
    UNAUTHENTICATED(401, "A valid key is needed"),
    FORBIDDEN(403, "The key lacks the scope"),
    NOT_FOUND(404, "Nothing is here"),
    UNKNOWN_GROUP(404, "No such group"),
    UNKNOWN_STREAM(404, "No such stream"),
    UNKNOWN_KEY(404, "No such key"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    REQUEST_TIMEOUT(408, "The request took too long to arrive"),
    GROUP_EXISTS(409, "A different group has this name"),
    GROUP_CHANGED(409, "The group was changed meanwhile"),
    KEY_EXISTS(409, "A key has this id"),
    KEY_REVOKED(409, "The key is revoked"),
    KEY_CHANGED(409, "The key was changed meanwhile"),
    KEY_LIMIT(409, "There are too many keys"),
    MASTER_KEY(409, "The master key is missing or not the same on all nodes"),
    OFFSET_TRIMMED(410, "The offset is no longer stored"),
    BODY_TOO_LARGE(413, "The body is too large"),
    TARGET_TOO_LONG(414, "The request line is too long"),
    EXPECTATION_FAILED(417, "The expectation is not supported"),
    IN_FLIGHT_LIMIT(429, "Too many messages are in flight"),
    HEADERS_TOO_LARGE(431, "The header is too large"),
    INTERNAL(500, "The node failed on this request"),
    NO_LEADER(503, "The cluster has no leader at the moment"),
    OUTCOME_UNKNOWN(503, "The request may or may not have been applied"),
    OVERLOADED(503, "The node is overloaded"),
    TOO_MANY_CONNECTIONS(503, "Too many connections"),
    ANSWER_TOO_LATE(503, "The answer was ready too late to be used"),
    SOURCE_UNAVAILABLE(503, "The source database does not answer"),
    NOT_READY(503, "The node is not ready");

    private final int status;
    private final String title;

    Problem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** A URI that names the kind of problem; it is not meant to be followed. */
    String type() {
        return "urn:penstock:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the answer says when to come back. */
    boolean temporary() {
        return status == 503 || status == 429;
    }
}
