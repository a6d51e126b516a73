package dev.penstock.broker.raft;

/** This node must not start as it is: one sentence that says what was found and what to do. Nothing has been changed. */
public final class StartRefused extends Exception {
    private static final long serialVersionUID = 1L;

    public enum Reason {
        FOREIGN_CLUSTER,
        FOREIGN_NODE,
        WIPED,
        UNWRITABLE,
        IN_USE,
        DAMAGED,
        NOT_ANSWERED,
        /** The source's database cannot be read as configured. */
        SOURCE,
        /** The master key is missing, or another than that of the cluster's keys. */
        KEYS,
        /** Certificate or key of the HTTP port cannot be used. */
        TLS
    }

    private final Reason reason;

    public StartRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public StartRefused(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
