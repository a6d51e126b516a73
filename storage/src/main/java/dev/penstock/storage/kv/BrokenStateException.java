package dev.penstock.storage.kv;

/** The state contradicts itself: a row is missing, or there where it must not be. The node must stop. */
public final class BrokenStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokenStateException(String message) {
        super(message + "; stop this node, compare its digest with the others, and restore it from a healthy one");
    }
}
