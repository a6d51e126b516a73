package dev.penstock.replicator.render;

import dev.penstock.replicator.pgoutput.Relation;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which columns of a relation identify its rows.
 *
 * @param shown columns of the event's key, in key order: the primary key, else the identity index; empty = no key
 * @param order columns that every event of a row carries, and by which its events are kept in order: {@code shown}, but for
 *     an identity by index its columns, because a delete carries no others. Always in column order: the order of a key is
 *     known from the present catalog only, and is gone once the key is dropped, but a row's hash must stay the same
 * @param identity columns that a key tuple carries, in column order
 */
record TableKeys(int[] shown, int[] order, int[] identity) {

    private static final int[] NONE = {};

    /**
     * The relation is as of the change, the catalog's primary key as of now, perhaps after a later ALTER TABLE: it only
     * counts where it fits the relation.
     *
     * @param primaryKey the primary key's columns in key order, as the catalog has them; empty if unknown or none
     * @param deferrable whether that key is deferrable, and so never a replica identity
     */
    static TableKeys of(Relation relation, List<String> primaryKey, boolean deferrable) {
        int[] flagged = flagged(relation);
        int[] primary = columns(relation, primaryKey);
        return switch (relation.identity()) {
            case FULL -> new TableKeys(primary, sorted(primary), flagged);
            case NOTHING -> new TableKeys(primary, sorted(primary), NONE);
            case INDEX -> {
                int[] shown = primary.length > 0 ? primary : flagged;
                yield new TableKeys(shown, flagged.length > 0 ? flagged : sorted(shown), flagged);
            }
            case DEFAULT -> {
                // The flags are the primary key of that time; the catalog adds its order, and a deferrable key.
                int[] shown = flagged.length == 0 ? (deferrable ? primary : NONE) : flagged;
                if (flagged.length > 0 && sameColumns(flagged, primary)) {
                    shown = primary;
                }
                yield new TableKeys(shown, sorted(shown), flagged);
            }
        };
    }

    private static int[] flagged(Relation relation) {
        int[] found = new int[relation.columns().size()];
        int count = 0;
        for (int i = 0; i < found.length; i++) {
            if (relation.columns().get(i).identity()) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Places of these columns in the relation; empty if one is not there. */
    private static int[] columns(Relation relation, List<String> names) {
        int[] places = new int[names.size()];
        for (int k = 0; k < places.length; k++) {
            places[k] = -1;
            for (int i = 0; i < relation.columns().size(); i++) {
                if (relation.columns().get(i).name().equals(names.get(k))) {
                    places[k] = i;
                }
            }
            if (places[k] < 0) {
                return NONE;
            }
        }
        return places;
    }

    private static int[] sorted(int[] columns) {
        int[] copy = columns.clone();
        Arrays.sort(copy);
        return copy;
    }

    private static boolean sameColumns(int[] one, int[] other) {
        Set<Integer> first = new HashSet<>();
        Arrays.stream(one).forEach(first::add);
        Set<Integer> second = new HashSet<>();
        Arrays.stream(other).forEach(second::add);
        return first.equals(second);
    }

    boolean identityCovers(int[] columns) {
        for (int column : columns) {
            if (Arrays.binarySearch(identity, column) < 0) {
                return false;
            }
        }
        return true;
    }
}
