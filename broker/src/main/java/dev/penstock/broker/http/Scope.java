package dev.penstock.broker.http;

import java.util.Locale;

/** What a key may do. Those with objects are granted for all of them or for names of a pattern ({@link Permission}). */
public enum Scope {
    /** Read the state of the cluster and its metrics. */
    MONITOR(false),
    /** Receive from groups and settle messages. */
    CONSUME(true),
    /** Read streams. */
    READ(true),
    /** Send to queues. */
    SEND(true),
    /** Everything: groups, keys, all that the others allow. */
    ADMIN(false);

    private final boolean hasObjects;

    Scope(boolean hasObjects) {
        this.hasObjects = hasObjects;
    }

    boolean hasObjects() {
        return hasObjects;
    }

    /** As in a list of scopes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
