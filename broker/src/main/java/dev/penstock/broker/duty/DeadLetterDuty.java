package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.table.DyingTable.Dying;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dead letters of what is dying: reads the events and proposes them together with their end. Whatever is dying is in
 * the state, so that the next leader goes on where this one ended; apply leaves out what is not dying any more, so that
 * nothing is stored twice. Groups take turns. At most one proposal of its own is on its way, on the scheduler's thread.
 */
final class DeadLetterDuty implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterDuty.class);

    private static final long PERIOD_MILLIS = 100;

    /** One event of any size goes alone; small ones together, as far as a lease entry would hold them. */
    private static final int MAX_COMMAND_BYTES = 512 << 10;

    private static final int MAX_MESSAGES = 1_000;

    /** The thread is lent by the duty that ends leases: events may lie in as many batches as there are. */
    private static final long MAX_READ_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /** So that a poisoned topic cannot take the log from what is alive. */
    private static final long MAX_BYTES_PER_SECOND = 16L << 20;

    private static final long UNDECIDED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CommandSubmitter submitter;
    private final AppliedState state;
    private final ScheduledExecutorService scheduler;
    private final long term;
    private final LongSupplier nanoTime;
    private final ScheduledFuture<?> ticks;
    private volatile boolean proposing;
    private volatile boolean closed;
    private volatile long notBeforeNanos;
    /** The next turn is of what comes behind it. Scheduler thread only. */
    private @Nullable Dying last;

    DeadLetterDuty(
            CommandSubmitter submitter,
            AppliedState state,
            ScheduledExecutorService scheduler,
            long term,
            LongSupplier nanoTime) {
        this.submitter = submitter;
        this.state = state;
        this.scheduler = scheduler;
        this.term = term;
        this.nanoTime = nanoTime;
        this.notBeforeNanos = nanoTime.getAsLong();
        this.ticks = scheduler.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        ticks.cancel(false);
    }

    /** One look, for whoever leads this duty by hand too. */
    void tick() {
        if (closed || proposing || nanoTime.getAsLong() - notBeforeNanos < 0) {
            return;
        }
        try {
            Command.DeadLetter command = next();
            if (command != null) {
                propose(command);
            }
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again; what is dying would be so for ever.
            LOG.error("Reading messages that are dying failed; it is tried again in {} ms", PERIOD_MILLIS, e);
        }
    }

    private Command.@Nullable DeadLetter next() {
        try (MachineView view = state.openView()) {
            Dying from = last;
            List<Dying> rows = from == null ? view.dying(MAX_MESSAGES) : view.dyingAfter(from, MAX_MESSAGES);
            if (rows.isEmpty() && from != null) {
                last = null;
                rows = view.dying(MAX_MESSAGES);
            }
            for (int i = 0; i < rows.size(); i++) {
                Dying first = rows.get(i);
                // Behind all that this generation may have: the next turn is of another one.
                last = new Dying(first.groupId(), first.generation(), Long.MAX_VALUE);
                GroupState group = view.group(first.groupId()).orElse(null);
                if (group != null && group.generation() == first.generation()) {
                    Command.DeadLetter command = commandOf(view, group, rows.subList(i, rows.size()));
                    if (command != null) {
                        return command;
                    }
                }
            }
            return null;
        }
    }

    /** Of the rows of this group that stand first. */
    private Command.@Nullable DeadLetter commandOf(MachineView view, GroupState group, List<Dying> rows) {
        long until = nanoTime.getAsLong() + MAX_READ_NANOS;
        List<Command.Dead> dead = new ArrayList<>();
        LogBatch batch = null;
        int bytes = 0;
        for (Dying row : rows) {
            boolean ofGroup = row.groupId() == group.id() && row.generation() == group.generation();
            if (!ofGroup || (!dead.isEmpty() && nanoTime.getAsLong() - until >= 0)) {
                break;
            }
            if (batch == null || row.offset() >= batch.endOffset()) {
                batch = view.batchAt(group.streamId(), row.offset())
                        .map(LogBatch::new)
                        .orElse(null);
            }
            if (batch == null) {
                LOG.error(
                        "Offset {} of group '{}' cannot become a dead letter: its event is not stored any more",
                        row.offset(),
                        group.name());
                continue;
            }
            byte[] payload = payload(batch, row.offset());
            if (!dead.isEmpty() && bytes + payload.length > MAX_COMMAND_BYTES) {
                break;
            }
            dead.add(new Command.Dead(row.offset(), DeadLetter.MAX_DELIVERIES, payload));
            bytes += payload.length;
        }
        return dead.isEmpty() ? null : new Command.DeadLetter(group.id(), group.generation(), dead);
    }

    /** The event as it stands in the log, as a batch of its own. */
    private static byte[] payload(LogBatch batch, long offset) {
        BatchHeader header = batch.header();
        EventBatch.Builder alone = new EventBatch.Builder(header.source(), header.database(), SourcePosition.ORIGIN);
        alone.add(batch.decoded().event(Math.toIntExact(offset - batch.baseOffset())));
        return BatchCodec.encode(alone.build());
    }

    private void propose(Command.DeadLetter command) {
        long bytes = command.messages().stream()
                .mapToLong(message -> message.batch().length)
                .sum();
        long began = nanoTime.getAsLong();
        proposing = true;
        CompletableFuture<CommandSubmitter.Decided> answer;
        try {
            // The way of appends: it takes an event of any size, and leases do not wait behind it.
            answer = submitter.append(command, term);
        } catch (RuntimeException e) {
            proposing = false;
            throw e;
        }
        CompletableFuture<?> unused = answer.whenComplete((decided, failure) -> {
            long nanosOfBytes = bytes * TimeUnit.SECONDS.toNanos(1) / MAX_BYTES_PER_SECOND;
            notBeforeNanos = failure == null ? began + nanosOfBytes : nanoTime.getAsLong() + UNDECIDED_PAUSE_NANOS;
            proposing = false;
            if (failure == null && !closed) {
                if (decided.replies().get(0) instanceof Reply.Rejected rejected) {
                    LOG.info("Dead letters of group {} were refused: {}", command.groupId(), rejected.detail());
                }
                scheduler.execute(this::tick);
            }
        });
    }
}
