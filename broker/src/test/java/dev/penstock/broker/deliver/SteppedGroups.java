package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.LogBatches;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** A group service without its thread, for simulations outside of this package. */
public final class SteppedGroups {

    private final GroupService service;

    public SteppedGroups(
            CommandSubmitter submitter,
            LeaderView leader,
            AppliedState state,
            LogBatches batches,
            ReceiptSeal seal,
            Executor readers,
            Clock wallClock,
            int maxInFlightPerGroup,
            LongSupplier nanoTime) {
        service = new GroupService(
                submitter,
                leader,
                state,
                new EventReader(state, batches),
                batches,
                seal,
                readers,
                wallClock,
                maxInFlightPerGroup,
                nanoTime);
    }

    public GroupService service() {
        return service;
    }

    /** One round of the receives that wait. */
    public void round() {
        service.round();
    }
}
