package dev.penstock.replicator.render;

/** One event would be larger, as rendered, than an event may be. */
public final class EventTooLargeException extends Exception {

    private static final long serialVersionUID = 1;

    private final int limitBytes;

    EventTooLargeException(int limitBytes) {
        super("expected an event of at most " + limitBytes + " bytes as rendered");
        this.limitBytes = limitBytes;
    }

    public int limitBytes() {
        return limitBytes;
    }
}
