package dev.penstock.storage.model;

/**
 * A stream as applied.
 *
 * @param earliest first offset still stored
 * @param end offset after the last event
 * @param bytes logical bytes stored (batch bytes), the same on every node
 * @param chain chained digest over (base offset, batch checksum) of every batch ever appended
 */
public record StreamState(int id, String name, long earliest, long end, long bytes, long chain) {}
