package dev.penstock.replicator.emit;

import org.jspecify.annotations.Nullable;

/**
 * Messages were not emitted, or nobody knows. One sentence for people, with the remedy where there is one; never a message's
 * content. Carries no stack trace of its own.
 */
public final class EmitFault extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean outcomeUnknown;

    /** @param outcomeUnknown false: nothing of it was committed, nor will be */
    public EmitFault(String message, boolean outcomeUnknown, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.outcomeUnknown = outcomeUnknown;
    }

    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }
}
