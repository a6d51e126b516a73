package dev.penstock.client;

import org.jspecify.annotations.Nullable;

/** A request that was refused, or got no answer. */
public final class PenstockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@link #code()} when no node could be connected to. */
    public static final String UNREACHABLE = "UNREACHABLE";

    /** {@link #code()} when a request was sent and not answered: it may have been applied. */
    public static final String NO_ANSWER = "NO_ANSWER";

    /** {@link #code()} when no connection with TLS came about, such as with a node whose certificate is not trusted. */
    public static final String TLS = "TLS";

    private final int status;
    private final String code;
    private final String detail;
    private final String requestId;

    PenstockException(int status, String code, String detail, String requestId, @Nullable Throwable cause) {
        super((status == 0 ? "" : status + " ") + code + ": " + detail, cause);
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.requestId = requestId;
    }

    /** HTTP status; 0 if there was no answer. */
    public int status() {
        return status;
    }

    /** From the server's catalogue of errors, such as {@code UNKNOWN_GROUP}; or one of the constants of this class. */
    public String code() {
        return code;
    }

    /** One sentence for people. */
    public String detail() {
        return detail;
    }

    /** For the server's log; empty if unknown. */
    public String requestId() {
        return requestId;
    }

    /** True if it may help to repeat the request later: no leader, no node, or no answer. */
    public boolean isUnavailable() {
        return status == 0 || status == 503;
    }
}
