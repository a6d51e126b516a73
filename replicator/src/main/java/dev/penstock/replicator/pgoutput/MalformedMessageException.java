package dev.penstock.replicator.pgoutput;

/** Bytes that are no pgoutput message of protocol version 1, or one that cannot stand where it stands. */
public final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message);
    }
}
