package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the state every so often and proposes what there is to do, in one leader's term; at once again while there is more.
 * At most one proposal of its own is on its way. Looks on the scheduler's thread.
 */
final class RepeatedProposal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RepeatedProposal.class);

    interface Look {
        /** What there is to do now; empty if nothing. */
        List<Command> commands(MachineView view, long logTimeMillis);
    }

    interface Outcome {
        /** On the thread that completes proposals: must not wait. */
        boolean isThereMore(List<Reply> replies);
    }

    private final String what;
    private final long periodMillis;
    private final Look look;
    private final Outcome outcome;
    private final CommandSubmitter submitter;
    private final AppliedState state;
    private final ScheduledExecutorService scheduler;
    private final long term;
    private final ScheduledFuture<?> ticks;
    private volatile boolean proposing;
    private volatile boolean closed;

    /** @param what it looks for, as a log line says it */
    RepeatedProposal(
            String what,
            long periodMillis,
            Look look,
            Outcome outcome,
            CommandSubmitter submitter,
            AppliedState state,
            ScheduledExecutorService scheduler,
            long term) {
        this.what = what;
        this.periodMillis = periodMillis;
        this.look = look;
        this.outcome = outcome;
        this.submitter = submitter;
        this.state = state;
        this.scheduler = scheduler;
        this.term = term;
        this.ticks = scheduler.scheduleWithFixedDelay(this::tick, 0, periodMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        ticks.cancel(false);
    }

    private void tick() {
        if (closed || proposing) {
            return;
        }
        try {
            List<Command> commands;
            try (MachineView view = state.openView()) {
                commands = look.commands(view, state.logTimeMillis());
            }
            if (!commands.isEmpty()) {
                propose(commands);
            }
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again; what is due would be so for ever.
            LOG.error("Looking for {} failed; it is tried again in {} ms", what, periodMillis, e);
        }
    }

    private void propose(List<Command> commands) {
        proposing = true;
        CompletableFuture<CommandSubmitter.Decided> answer;
        try {
            answer = submitter.submit(commands, term);
        } catch (RuntimeException e) {
            proposing = false;
            throw e;
        }
        CompletableFuture<?> unused = answer.whenComplete((decided, failure) -> {
            proposing = false;
            if (failure == null && outcome.isThereMore(decided.replies()) && !closed) {
                scheduler.execute(this::tick);
            }
        });
    }
}
