/**
 * The authenticated channel between nodes: calls with an answer, multiplexed over few connections, on the HTTP port. Knows
 * nothing of HTTP's requests or of groups; payloads are bytes.
 */
@NullMarked
package dev.penstock.broker.http.peer;

import org.jspecify.annotations.NullMarked;
