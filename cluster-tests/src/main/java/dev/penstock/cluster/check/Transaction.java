package dev.penstock.cluster.check;

import java.util.List;

/**
 * A transaction whose COMMIT succeeded.
 *
 * @param changes in the order in which its statements made them
 */
public record Transaction(long writer, long number, List<Change> changes) {
    public Transaction {
        changes = List.copyOf(changes);
    }
}
