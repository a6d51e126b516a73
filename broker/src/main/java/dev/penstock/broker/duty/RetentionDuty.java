package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trims what is over a stream's retention. It only says that it is time; apply decides what goes. At most one proposal of its
 * own is on its way.
 */
final class RetentionDuty implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionDuty.class);

    /** Retention is a matter of hours; a second is soon enough for whoever tries it with seconds. */
    private static final long PERIOD_MILLIS = 1_000;

    /** Some 50 MB of full batches, so that no entry takes long to apply. */
    private static final int MAX_BATCHES_PER_COMMAND = 200;

    private final CommandSubmitter submitter;
    private final AppliedState state;
    private final ScheduledExecutorService scheduler;
    private final long term;
    private final ScheduledFuture<?> ticks;
    private volatile boolean proposing;
    private volatile boolean closed;

    RetentionDuty(CommandSubmitter submitter, AppliedState state, ScheduledExecutorService scheduler, long term) {
        this.submitter = submitter;
        this.state = state;
        this.scheduler = scheduler;
        this.term = term;
        this.ticks = scheduler.scheduleWithFixedDelay(this::tick, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
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
            List<Command> trims = new ArrayList<>();
            try (MachineView view = state.openView()) {
                long now = state.logTimeMillis();
                for (StreamState stream : view.streams()) {
                    if (view.trimNeeded(stream.id(), now)) {
                        trims.add(new Command.Trim(stream.id(), MAX_BATCHES_PER_COMMAND));
                    }
                }
            }
            if (!trims.isEmpty()) {
                propose(trims);
            }
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again; the disk would fill.
            LOG.error("Looking for what is over its retention failed; it is tried again in {} ms", PERIOD_MILLIS, e);
        }
    }

    private void propose(List<Command> trims) {
        proposing = true;
        CompletableFuture<CommandSubmitter.Decided> answer;
        try {
            answer = submitter.submit(trims, term);
        } catch (RuntimeException e) {
            proposing = false;
            throw e;
        }
        CompletableFuture<?> unused = answer.whenComplete((decided, failure) -> {
            proposing = false;
            if (failure == null && !closed) {
                scheduler.execute(() -> trimmed(decided.replies()));
            }
        });
    }

    private void trimmed(List<Reply> replies) {
        boolean more = false;
        for (Reply reply : replies) {
            if (reply instanceof Reply.Trimmed trimmed) {
                more |= trimmed.more();
                trimmed.overtaken().forEach(this::tell);
            }
        }
        if (more) {
            tick();
        }
    }

    private void tell(Reply.Overtaken overtaken) {
        try (MachineView view = state.openView()) {
            String name =
                    view.group(overtaken.groupId()).map(GroupState::name).orElse("with the id " + overtaken.groupId());
            LOG.warn(
                    "Retention overtook group {}: at most {} messages lost. Give the stream a longer retention, or have"
                            + " the group hold the log",
                    name,
                    overtaken.atMost());
        }
    }
}
