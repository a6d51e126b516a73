package dev.penstock.broker.http;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the server counts, for metrics to read. Thread-safe. */
public final class HttpCounters {

    /** A limit of the server; counted each time a client ran into it. */
    public enum Limit {
        CONNECTIONS,
        CONNECTIONS_PER_ADDRESS,
        PEER_CONNECTIONS,
        REQUEST_LINE,
        HEADER_BYTES,
        BODY_BYTES,
        BUFFERED_BODIES,
        UNSENT_ANSWERS,
        HEADER_DEADLINE,
        BODY_DEADLINE,
        IDLE,
        WRITE_STALL,
        READER_QUEUE,
        /** Not a limit: connections to a TLS port that did not get as far as a request. */
        TLS_HANDSHAKE,
        /** Not a limit in bytes or time: requests that are not well-formed HTTP. */
        MALFORMED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Limit, LongAdder> limits = new EnumMap<>(Limit.class);
    private final LongAdder clientsGone = new LongAdder();
    private final LongAdder answersGivenBack = new LongAdder();
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder tlsReloadFailures = new LongAdder();
    private final AtomicLong tlsExpirySeconds = new AtomicLong();
    private final AtomicLong bufferedBodyBytes = new AtomicLong();
    private final AtomicLong unsentAnswerBytes = new AtomicLong();
    private final AtomicLong openConnections = new AtomicLong();

    public HttpCounters() {
        for (Limit limit : Limit.values()) {
            limits.put(limit, new LongAdder());
        }
    }

    void hit(Limit limit) {
        adder(limit).increment();
    }

    /** A request that was refused while it arrived. */
    void refused(Problem problem) {
        switch (problem) {
            case TARGET_TOO_LONG -> hit(Limit.REQUEST_LINE);
            case HEADERS_TOO_LARGE -> hit(Limit.HEADER_BYTES);
            case BODY_TOO_LARGE -> hit(Limit.BODY_BYTES);
            case OVERLOADED -> hit(Limit.BUFFERED_BODIES);
            case MALFORMED_REQUEST -> hit(Limit.MALFORMED);
            default -> {}
        }
    }

    public long hits(Limit limit) {
        return adder(limit).sum();
    }

    private LongAdder adder(Limit limit) {
        LongAdder adder = limits.get(limit);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + limit);
        }
        return adder;
    }

    void clientGone() {
        clientsGone.increment();
    }

    void answerGivenBack() {
        answersGivenBack.increment();
    }

    void requestForwarded() {
        forwarded.increment();
    }

    void connectionOpened() {
        openConnections.incrementAndGet();
    }

    void connectionClosed() {
        openConnections.decrementAndGet();
    }

    long addBufferedBodyBytes(long bytes) {
        return bufferedBodyBytes.addAndGet(bytes);
    }

    void addUnsentAnswerBytes(long bytes) {
        unsentAnswerBytes.addAndGet(bytes);
    }

    void tlsReloadFailed() {
        tlsReloadFailures.increment();
    }

    void tlsExpires(long epochSeconds) {
        tlsExpirySeconds.set(epochSeconds);
    }

    /** Changed certificates or keys that were not taken up. */
    public long tlsReloadFailures() {
        return tlsReloadFailures.sum();
    }

    /** When the certificate in use ends, in seconds since 1970; 0 without TLS. */
    public long tlsExpirySeconds() {
        return tlsExpirySeconds.get();
    }

    /** Requests whose client hung up before the answer. */
    public long clientsGone() {
        return clientsGone.sum();
    }

    /** Answers with messages that were not sent, or only in part, and whose messages were given back. */
    public long answersGivenBack() {
        return answersGivenBack.sum();
    }

    /** Requests sent on to the leader, retries included. */
    public long forwarded() {
        return forwarded.sum();
    }

    public long bufferedBodyBytes() {
        return bufferedBodyBytes.get();
    }

    public long unsentAnswerBytes() {
        return unsentAnswerBytes.get();
    }

    public long openConnections() {
        return openConnections.get();
    }
}
