package dev.penstock.storage.model;

/**
 * Names one lease of a group's generation: the offset and the (Raft index, ordinal in the entry) of its grant.
 */
public record LeaseRef(long offset, long leaseIndex, int leaseOrdinal) {}
