package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.SourceMessages.SourceMessage;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StreamState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Sends messages to queues: into the source's database, out of which they come back through the slot. On a ready leader only,
 * which sees them arrive. Thread-safe, never blocks; futures complete exceptionally with {@link Refused} only.
 */
public final class MessageSending {

    /** A receive after the answer is to find the message, if that does not take longer. */
    private static final long MAX_ARRIVAL_MILLIS = 1_000;

    /** Kept from the time that a request has, for its answer's way back; of a short time a quarter. */
    private static final long WAY_BACK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SourceMessages source;
    private final LeaderView leader;
    private final AppliedState state;
    private final LogArrivals arrivals;

    public MessageSending(SourceMessages source, LeaderView leader, AppliedState state, LogArrivals arrivals) {
        this.source = source;
        this.leader = leader;
        this.state = state;
        this.arrivals = arrivals;
    }

    /** @param offsets of the messages, in their order; empty if they were not in the log within a second */
    public record Sent(List<Long> offsets) {
        public Sent {
            offsets = List.copyOf(offsets);
        }
    }

    /** What it is sent by, in the order of sending. */
    private record Way(String stream, String prefix, LogArrivals.Ticket ticket) {}

    /**
     * Completes once Postgres has committed all of them, in one transaction.
     *
     * @param envelopes each the content of one message
     * @param deadlineNanos {@link System#nanoTime()} by which there must be an answer
     */
    public CompletableFuture<Sent> send(String group, List<byte[]> envelopes, long deadlineNanos) {
        Way way;
        try {
            way = way(group);
        } catch (Refused e) {
            return CompletableFuture.failedFuture(e);
        }
        List<SourceMessage> messages = envelopes.stream()
                .map(envelope -> new SourceMessage(way.prefix(), envelope))
                .toList();
        long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
        long untilNanos = deadlineNanos - Math.min(WAY_BACK_NANOS, leftNanos / 4);
        return inTime(source.emit(way.stream(), messages, untilNanos), untilNanos)
                .thenCompose(xid -> arrived(way.ticket(), xid, envelopes.size(), untilNanos))
                .whenComplete((sent, failure) -> way.ticket().close());
    }

    private Way way(String name) {
        if (!leader.leadership().leads()) {
            throw GroupDecisions.notLeading();
        }
        try (MachineView view = state.openView()) {
            GroupState group = view.group(name)
                    .orElseThrow(() -> new Refused(
                            Refused.Code.UNKNOWN_GROUP, "expected a known group, but there is no '" + name + "'"));
            if (group.config().queue().isEmpty()) {
                throw new Refused(Refused.Code.INVALID_REQUEST, "group '" + name + "' is not sent to");
            }
            StreamState stream = view.stream(group.streamId()).orElseThrow();
            requireReading(view, stream);
            String prefix = QueueConfig.envelopePrefix(name, group.config().ordering() == GroupConfig.Ordering.KEY);
            return new Way(stream.name(), prefix, arrivals.open(stream.id(), stream.end()));
        }
    }

    /** What is committed before there is a slot, or after it was lost, never comes back: it must not be answered as sent. */
    private static void requireReading(MachineView view, StreamState stream) {
        boolean ready = view.source(stream.name())
                .filter(source -> source.phase() == SourceState.Phase.READY)
                .isPresent();
        if (!ready) {
            throw new Refused(
                    Refused.Code.SOURCE_UNAVAILABLE,
                    "the source '" + stream.name() + "' is not read (see /health/sources): what would be sent now might"
                            + " never arrive; nothing was sent");
        }
    }

    /** What is still on its way when the time is over may be committed after all. */
    private static CompletableFuture<Integer> inTime(CompletableFuture<Integer> emitted, long untilNanos) {
        return emitted.copy()
                .orTimeout(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(refusalOf(failure)));
    }

    private static Refused refusalOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Refused refused
                ? refused
                : new Refused(
                        Refused.Code.OUTCOME_UNKNOWN,
                        "Postgres did not answer in time; whether the messages were committed is not known");
    }

    private static CompletableFuture<Sent> arrived(LogArrivals.Ticket ticket, int xid, int count, long untilNanos) {
        long waitMillis = Math.min(
                MAX_ARRIVAL_MILLIS, TimeUnit.NANOSECONDS.toMillis(Math.max(0, untilNanos - System.nanoTime())));
        return ticket.arrived(xid, count)
                .completeOnTimeout(List.of(), waitMillis, TimeUnit.MILLISECONDS)
                .thenApply(Sent::new);
    }
}
