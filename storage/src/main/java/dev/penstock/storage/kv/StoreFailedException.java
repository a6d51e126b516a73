package dev.penstock.storage.kv;

/** The store cannot be trusted any more: the process must end, and repair or replay at its next start. */
public final class StoreFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreFailedException(String message) {
        super(message);
    }
}
