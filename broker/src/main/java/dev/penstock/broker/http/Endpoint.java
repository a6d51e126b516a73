package dev.penstock.broker.http;

import java.util.concurrent.CompletableFuture;

/**
 * Answers one kind of request. Called on an event loop: it never blocks. A refusal is thrown, or the future fails, with
 * {@link HttpFailure}, {@link dev.penstock.broker.deliver.Refused} or a failure of the protocol's own. If the client goes,
 * the future is cancelled: work that the endpoint began for it must then end.
 */
public interface Endpoint {
    CompletableFuture<Response> handle(Exchange exchange);
}
