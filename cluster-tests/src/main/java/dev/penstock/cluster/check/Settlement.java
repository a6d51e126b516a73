package dev.penstock.cluster.check;

/**
 * An ack that was answered with success. Times are of the harness's monotonic clock, nanoseconds.
 *
 * @param logIndex Raft index that decided, 0 if the answer named none
 */
public record Settlement(long offset, long logIndex, long askedNanos, long answeredNanos) {}
