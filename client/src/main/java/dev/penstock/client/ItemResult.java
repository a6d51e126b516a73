package dev.penstock.client;

/**
 * What became of one receipt.
 *
 * @param error empty if ok, else such as {@code LEASE_LOST}
 */
public record ItemResult(boolean ok, String error) {}
