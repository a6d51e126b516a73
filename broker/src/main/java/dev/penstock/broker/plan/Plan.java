package dev.penstock.broker.plan;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.model.GroupState;

/**
 * What one receive may be handed.
 *
 * @param previousScan the group's applied scan position, or where the plan before it in the same entry leaves it
 * @param newScan scan position after it: every offset in [previousScan, newScan) is granted or judged not to match
 * @param more true if there may be more to hand out or to judge at {@code newScan}
 */
public record Plan(long previousScan, long newScan, long[] fresh, long[] freshKeyHashes, long[] retries, boolean more) {

    public int messages() {
        return fresh.length + retries.length;
    }

    public Command.Grant grant(GroupState group, long visibilityMillis) {
        return new Command.Grant(
                group.id(),
                group.generation(),
                group.planVersion(),
                previousScan,
                newScan,
                fresh,
                freshKeyHashes,
                retries,
                visibilityMillis);
    }
}
