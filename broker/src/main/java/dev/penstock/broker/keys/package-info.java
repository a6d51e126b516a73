/**
 * Keys of the HTTP API that the cluster keeps: made on the leader, replicated with their secrets sealed, looked up on every
 * node. Knows nothing of HTTP; what a scope means is said there.
 */
@NullMarked
package dev.penstock.broker.keys;

import org.jspecify.annotations.NullMarked;
