package dev.penstock.replicator.emit;

/**
 * One logical message to be written.
 *
 * @param content not to be changed
 */
public record Emission(String prefix, byte[] content) {}
