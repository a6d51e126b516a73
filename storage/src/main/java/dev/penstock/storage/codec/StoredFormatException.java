package dev.penstock.storage.codec;

/** Stored or received bytes that cannot be used. Names no content, only places. */
public abstract sealed class StoredFormatException extends RuntimeException
        permits CorruptDataException, UnknownFormatException {
    private static final long serialVersionUID = 1L;

    StoredFormatException(String message) {
        super(message);
    }
}
