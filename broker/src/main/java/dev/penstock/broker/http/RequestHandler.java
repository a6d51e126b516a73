package dev.penstock.broker.http;

import java.util.Optional;

/** What the server does with a request. Called on event loops: never blocks. */
interface RequestHandler {

    /** How long a body this request may have, judged by its head alone. */
    int maxBodyBytes(RequestHead head);

    /** Answers through {@link Exchange#reply}, now or later, on any thread. Throws nothing. */
    void handle(Exchange exchange);

    /** The answer to a request that never got as far as {@link #handle}, in the protocol that it spoke. */
    Response failed(Optional<RequestHead> head, HttpFailure failure);
}
