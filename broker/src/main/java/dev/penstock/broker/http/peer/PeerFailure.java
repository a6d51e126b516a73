package dev.penstock.broker.http.peer;

/** A call to a peer without an answer. Carries no stack trace. */
public final class PeerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public enum Kind {
        /** The peer surely did not begin to handle the call. */
        NOT_SENT,
        /** The peer may have handled it, or may still. */
        UNKNOWN,
        /** The peer answered that it will not: unknown path, or its handler failed. */
        REFUSED
    }

    private final Kind kind;

    public PeerFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
