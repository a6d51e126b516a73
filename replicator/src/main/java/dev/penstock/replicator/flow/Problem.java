package dev.penstock.replicator.flow;

/**
 * What stands in the way of a source, found before anything was changed.
 *
 * @param code stable, for programs; the same words as {@link SourceStatus#code()}
 * @param detail one sentence: what was expected, what was seen, and what to do (SQL where there is one)
 */
public record Problem(String code, String detail) {}
