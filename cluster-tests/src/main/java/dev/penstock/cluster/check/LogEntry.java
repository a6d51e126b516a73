package dev.penstock.cluster.check;

/**
 * One event as the log holds it.
 *
 * @param commitLsn LSN of the commit, as a number
 * @param ordinal place in its transaction over all its events
 */
public record LogEntry(long offset, long commitLsn, long ordinal, Change change) {}
