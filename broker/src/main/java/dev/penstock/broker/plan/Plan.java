package dev.penstock.broker.plan;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyPlan;

/**
 * What one receive may be handed.
 *
 * @param previousScan the group's applied scan position, or where the plan before it in the same entry leaves it
 * @param newScan scan position after it: every offset in [previousScan, newScan) is granted, waits, or is judged not to match
 * @param keys of ordered groups
 * @param delays messages reached before their time
 * @param notBeforeMillis log time at which there may be more to hand out, though nothing else happens; {@link #NOW} = none
 * @param more true if there may be more to hand out or to judge at {@code newScan}
 */
public record Plan(
        long previousScan,
        long newScan,
        long[] fresh,
        long[] retries,
        KeyPlan keys,
        DelayPlan delays,
        long notBeforeMillis,
        boolean more) {

    /** Nothing has to wait for its time. */
    public static final long NOW = 0;

    /** A plan that hands out nothing moves the replicated scan position this often, in offsets. */
    private static final long EMPTY_GRANT_OFFSETS = 4096;

    /** The same, in keys that begin or cease to wait. */
    private static final int EMPTY_GRANT_KEYS = 1000;

    public int messages() {
        return fresh.length + retries.length + keys.unparked().length;
    }

    /** Whether it is to be written to the log though it hands out nothing. */
    public boolean isWorthAnEntry() {
        return delays.count() > 0
                || newScan - previousScan >= EMPTY_GRANT_OFFSETS
                || keys.parks().size() >= EMPTY_GRANT_KEYS;
    }

    public Command.Grant grant(GroupState group, long visibilityMillis) {
        return new Command.Grant(
                group.id(),
                group.generation(),
                group.planVersion(),
                previousScan,
                newScan,
                fresh,
                retries,
                keys,
                visibilityMillis,
                delays);
    }
}
