package dev.penstock.replicator.feed;

import dev.penstock.storage.model.Lsn;

/** The stream of changes of one connection. One thread; the accessors tell of the last {@link #poll()}. */
public interface ChangeFeed {

    enum Arrival {
        /** Nothing has arrived; ask again. */
        NOTHING,
        /** One pgoutput message. */
        DATA,
        KEEPALIVE,
        /** One pgoutput message, too large to be taken: only its beginning is known, and nothing can be read any more. */
        EXCESS
    }

    /** Takes the next message off the connection; does not wait for one (at most about a millisecond). */
    Arrival poll() throws SourceFault;

    /** DATA, EXCESS: the message, or its beginning, is {@code [start(), end())} of these bytes, which stay as they are. */
    byte[] bytes();

    int start();

    int end();

    /** EXCESS: how long the message is. */
    int excess();

    /** DATA: when the server sent it, microseconds since 1970 UTC. */
    long sendMicros();

    /** KEEPALIVE: everything up to here has been sent, or needs no sending. */
    Lsn walEnd();

    /** KEEPALIVE: the server waits for a status, for example because it is shutting down. */
    boolean replyRequested();

    /**
     * Tells the server how far we are.
     *
     * @param written received
     * @param flushed held on disk by a quorum; the server may forget everything below. Never to move backwards
     * @param ping asks for a keepalive in answer
     */
    void sendStatus(Lsn written, Lsn flushed, boolean ping) throws SourceFault;
}
