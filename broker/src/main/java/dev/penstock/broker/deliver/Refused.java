package dev.penstock.broker.deliver;

import java.util.OptionalLong;

/** A service's refusal: data for the answer, not a fault. Carries no stack trace. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The catalogue of native errors; each protocol maps it to its own. */
    public enum Code {
        NO_LEADER,
        /** Sent to the log without an answer: it may have been applied. Repeat it. */
        OUTCOME_UNKNOWN,
        OVERLOADED,
        /** This node's state is being replaced: for a moment it has none. */
        NOT_READY,
        UNKNOWN_GROUP,
        UNKNOWN_STREAM,
        GROUP_EXISTS,
        /** Sought, changed or made anew while the command was on its way, again and again. Nothing was applied. */
        GROUP_CHANGED,
        /** {@link #earliest()} and {@link #latest()} are set. */
        OFFSET_TRIMMED,
        OFFSET_OUT_OF_RANGE,
        IN_FLIGHT_LIMIT,
        INVALID_RECEIPT,
        INVALID_REQUEST,
        UNKNOWN_KEY,
        KEY_EXISTS,
        KEY_REVOKED,
        /** Rotated or revoked meanwhile. Nothing was applied. */
        KEY_CHANGED,
        KEY_LIMIT,
        /** Postgres cannot be reached, or did not take what was sent to it: nothing of it was committed. */
        SOURCE_UNAVAILABLE,
        /** The leader has no master key, or another than the keys there are. */
        MASTER_KEY
    }

    private final Code code;
    private final long earliest;
    private final long latest;
    private final long logIndex;

    public Refused(Code code, String detail) {
        this(code, detail, -1, -1);
    }

    public Refused(Code code, String detail, long earliest, long latest) {
        this(code, detail, earliest, latest, -1);
    }

    private Refused(Code code, String detail, long earliest, long latest, long logIndex) {
        super(detail, null, false, false);
        this.code = code;
        this.earliest = earliest;
        this.latest = latest;
        this.logIndex = logIndex;
    }

    /** The same, said by the log at that Raft index. */
    public Refused decidedAt(long index) {
        return new Refused(code, String.valueOf(getMessage()), earliest, latest, index);
    }

    /** The Raft index that decided; empty if this node refused by itself. */
    public OptionalLong logIndex() {
        return logIndex < 0 ? OptionalLong.empty() : OptionalLong.of(logIndex);
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
