package dev.penstock.broker.deliver;

/** A service's refusal: data for the answer, not a fault. Carries no stack trace. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The catalogue of native errors; each protocol maps it to its own. */
    public enum Code {
        NO_LEADER,
        /** Sent to the log without an answer: it may have been applied. Repeat it. */
        OUTCOME_UNKNOWN,
        OVERLOADED,
        UNKNOWN_GROUP,
        UNKNOWN_STREAM,
        GROUP_EXISTS,
        /** {@link #earliest()} and {@link #latest()} are set. */
        OFFSET_TRIMMED,
        OFFSET_OUT_OF_RANGE,
        IN_FLIGHT_LIMIT,
        INVALID_RECEIPT,
        INVALID_REQUEST
    }

    private final Code code;
    private final long earliest;
    private final long latest;

    public Refused(Code code, String detail) {
        this(code, detail, -1, -1);
    }

    public Refused(Code code, String detail, long earliest, long latest) {
        super(detail, null, false, false);
        this.code = code;
        this.earliest = earliest;
        this.latest = latest;
    }

    public Code code() {
        return code;
    }

    public long earliest() {
        return earliest;
    }

    public long latest() {
        return latest;
    }
}
