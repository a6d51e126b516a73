package dev.penstock.broker.metrics;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.metrics.NodeMetrics.Lane;
import dev.penstock.storage.machine.Command;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Measures how long the log takes to decide. Thread-safe, never blocks. */
public final class MeasuredSubmitter implements CommandSubmitter {

    private final CommandSubmitter submitter;
    private final NodeMetrics metrics;

    public MeasuredSubmitter(CommandSubmitter submitter, NodeMetrics metrics) {
        this.submitter = submitter;
        this.metrics = metrics;
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        return measured(Lane.LEASE, System.nanoTime(), submitter.submit(commands));
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        return measured(Lane.LEASE, System.nanoTime(), submitter.submit(commands, plannedTerm));
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        return measured(Lane.APPEND, System.nanoTime(), submitter.append(command, plannedTerm));
    }

    private CompletableFuture<Decided> measured(Lane lane, long begun, CompletableFuture<Decided> decided) {
        // The original is given on: a cancellation must reach it.
        CompletableFuture<Decided> unused = decided.whenComplete((decision, failure) -> {
            if (failure == null) {
                metrics.committed(lane, System.nanoTime() - begun);
            } else {
                metrics.undecided(lane, reason(failure));
            }
        });
        return decided;
    }

    private static String reason(Throwable failure) {
        return failure instanceof NotDecided notDecided
                ? notDecided.reason().name().toLowerCase(Locale.ROOT)
                : "cancelled";
    }
}
