/**
 * HTTP: the server, its limits, the table of routes, authentication, and the way from a follower to the leader. Netty lives
 * here and in {@code http.peer} only, Jackson here, in {@code http.api} and {@code http.sqs} (and the configuration). The
 * protocols are the packages below: {@code http.api} native, {@code http.sqs} the SQS view.
 */
@NullMarked
package dev.penstock.broker.http;

import org.jspecify.annotations.NullMarked;
