package dev.penstock.replicator.pgoutput;

/**
 * What a type that is not built in is made of.
 *
 * @param base base type of a domain, else 0
 * @param element element type of an array, else 0
 * @param delimiter between the elements of an array
 */
public record TypeFacts(int base, int element, char delimiter) {}
