package dev.penstock.client;

import java.time.Duration;

/**
 * How patient a client is.
 *
 * @param connectTimeout how long a connection may take before the next node is tried
 * @param answerTimeout how long an answer may take beyond the wait that the request itself names
 * @param retryFor how long a request is repeated, beyond its wait, while nodes are unreachable or have no leader; zero =
 *     each node is asked once
 */
public record ClientOptions(Duration connectTimeout, Duration answerTimeout, Duration retryFor) {

    /** Two seconds are ample for a connection in one network; ten outlast an election and a node's restart. */
    public static ClientOptions defaults() {
        return new ClientOptions(Duration.ofSeconds(2), Duration.ofSeconds(15), Duration.ofSeconds(10));
    }

    public ClientOptions withRetryFor(Duration duration) {
        return new ClientOptions(connectTimeout, answerTimeout, duration);
    }
}
