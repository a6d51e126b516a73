package dev.penstock.cluster.check;

/**
 * One message as a consumer was given it. Times are of the harness's monotonic clock, nanoseconds.
 *
 * @param count delivery count that came with it
 * @param logIndex Raft index that decided, 0 if the answer named none
 * @param askedNanos when the receive was sent
 * @param answeredNanos when its answer had arrived
 */
public record Delivery(long offset, int count, long logIndex, long askedNanos, long answeredNanos) {}
