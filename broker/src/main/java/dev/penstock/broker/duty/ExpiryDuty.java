package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what is due by log time: leases and delays; and sweeps what a seek or a delete made dead. It only says that it is
 * time; apply decides what ends. At most one proposal of its own is on its way.
 */
final class ExpiryDuty implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExpiryDuty.class);

    /** How late a lease may end. Well below a visibility timeout of one second, and 20 look-ups a second are nothing. */
    private static final long PERIOD_MILLIS = 50;

    private static final int MAX_EXPIRED_PER_COMMAND = 2_000;
    private static final int MAX_SWEPT_PER_COMMAND = 2_000;

    private final CommandSubmitter submitter;
    private final AppliedState state;
    private final ScheduledExecutorService scheduler;
    private final long term;
    private final ScheduledFuture<?> ticks;
    private volatile boolean proposing;
    private volatile boolean closed;

    ExpiryDuty(CommandSubmitter submitter, AppliedState state, ScheduledExecutorService scheduler, long term) {
        this.term = term;
        this.submitter = submitter;
        this.state = state;
        this.scheduler = scheduler;
        this.ticks = scheduler.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
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
            List<Command> commands = new ArrayList<>(2);
            try (MachineView view = state.openView()) {
                if (view.nextDueMillis() <= state.logTimeMillis()) {
                    commands.add(new Command.Expire(MAX_EXPIRED_PER_COMMAND));
                }
                if (view.sweepNeeded()) {
                    commands.add(new Command.Sweep(MAX_SWEPT_PER_COMMAND));
                }
            }
            if (!commands.isEmpty()) {
                propose(commands);
            }
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again; leases would last for ever.
            LOG.error("Looking for ended leases failed; it is tried again in {} ms", PERIOD_MILLIS, e);
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
            if (failure == null && decided.replies().stream().anyMatch(ExpiryDuty::more) && !closed) {
                scheduler.execute(this::tick);
            }
        });
    }

    private static boolean more(Reply reply) {
        return (reply instanceof Reply.Expired expired && expired.more())
                || (reply instanceof Reply.Swept swept && swept.more());
    }
}
