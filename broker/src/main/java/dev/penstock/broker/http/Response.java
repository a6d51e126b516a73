package dev.penstock.broker.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer. Immutable; the server adds Date, Content-Length and Connection.
 *
 * @param body pieces that follow each other; never changed
 * @param grant present if messages were handed out in this answer
 */
public record Response(int status, List<Headers.Header> headers, List<byte[]> body, Optional<Grant> grant) {

    public static final String JSON = "application/json";

    /**
     * Messages that this answer carries, and how long it is worth sending.
     *
     * @param grantedNanos {@link System#nanoTime()} of this process at or before which they were granted
     * @param sendWithinNanos an answer that is not written by then is not sent; {@link Long#MAX_VALUE} = no bound
     * @param giveBack run once if the answer was not written in full
     */
    public record Grant(long grantedNanos, long sendWithinNanos, Runnable giveBack) {
        boolean tooLate(long nowNanos) {
            return nowNanos - grantedNanos > sendWithinNanos;
        }
    }

    public Response {
        headers = List.copyOf(headers);
        body = List.copyOf(body);
    }

    public static Response empty(int status) {
        return new Response(status, List.of(), List.of(), Optional.empty());
    }

    public static Response of(int status, String contentType, byte[] body) {
        return of(status, contentType, List.of(body));
    }

    public static Response of(int status, String contentType, List<byte[]> body) {
        return new Response(status, List.of(new Headers.Header("Content-Type", contentType)), body, Optional.empty());
    }

    public static Response text(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public Response with(String name, String value) {
        List<Headers.Header> more = new ArrayList<>(headers);
        more.add(new Headers.Header(name, value));
        return new Response(status, more, body, grant);
    }

    /** With the Raft index that decided: every answer to a group operation carries it. */
    public Response decidedAt(long logIndex) {
        return with("penstock-log-index", Long.toString(logIndex));
    }

    public Response carrying(Grant messages) {
        return new Response(status, headers, body, Optional.of(messages));
    }

    /** Whether it carries messages that have waited too long to be sent. */
    boolean tooLate() {
        return grant.filter(messages -> messages.tooLate(System.nanoTime())).isPresent();
    }

    /** Gives back the messages that it carries; for an answer that is not sent, or not in full. */
    void giveBack(HttpCounters counters) {
        grant.ifPresent(messages -> {
            counters.answerGivenBack();
            messages.giveBack().run();
        });
    }

    public long bodyBytes() {
        long bytes = 0;
        for (byte[] piece : body) {
            bytes += piece.length;
        }
        return bytes;
    }
}
