package dev.penstock.broker.boot;

/** A node that must not start as it is: one sentence with what was found and the remedy. Nothing has been changed. */
public final class StartRefused extends Exception {
    private static final long serialVersionUID = 1L;

    public StartRefused(String message) {
        super(message);
    }

    public StartRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
