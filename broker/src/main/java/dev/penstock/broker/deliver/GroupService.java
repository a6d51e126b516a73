package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What a consumer can do with a group, whatever the protocol. Thread-safe, never blocks; works on a ready leader only
 * (elsewhere every call is refused with {@link Refused.Code#NO_LEADER}; HTTP forwards before it gets here). Futures
 * complete exceptionally with {@link Refused} only.
 */
public final class GroupService implements AutoCloseable {

    /** @param existed true if the same group was there already */
    public record Created(long logIndex, GroupState group, boolean existed) {}

    /**
     * @param max 1 to 1,000
     * @param waitMillis how long to wait for the first message
     * @param visibilityMillis length of the leases; empty = the group's default
     * @param maxBytes bound of the answer's event bytes; one event always fits
     */
    public record ReceiveRequest(
            String group, int max, long waitMillis, OptionalLong visibilityMillis, long maxBytes) {}

    /**
     * @param logIndex the Raft index that decided; of an empty answer the applied index
     * @param plannedNanos {@link System#nanoTime()} of this node before the leases were granted: an answer that could only be
     *     sent after half their length is given back instead
     */
    public record Received(long logIndex, long plannedNanos, List<Delivery> deliveries) {}

    /** One result per receipt, in order. A receipt that is not authentic is INVALID. */
    public record Settled(long logIndex, List<ItemOutcome> results) {}

    public enum ItemOutcome {
        OK,
        LEASE_LOST,
        /** Nack or extend of a message that is settled already. */
        SETTLED,
        /** Of a generation before a seek that moved the group past the message: it is settled, by the seek. */
        SOUGHT_PAST,
        /** Not a receipt of this cluster, or of another group. */
        INVALID
    }

    /** @param events how many events lie between the two offsets, before any filter */
    public record Sought(long logIndex, long from, long to, long events) {}

    /** A group after a change. */
    public record Updated(long logIndex, GroupState group, String stream) {}

    /** In order of their names. */
    public record Tags(long logIndex, SortedMap<String, String> tags) {}

    /**
     * @param backlog events at or after the scan position, before any filter; of a queue that is sent to its own messages
     * @param oldestUnsettledMillis how long the oldest unsettled event has been in the log, 0 if there is none
     * @param filterFailures events that this node has handed out because the filter failed on them
     * @param oldestDeadLetterWallMillis when the first of the dead letters that are kept died; empty if there is none
     */
    public record Described(
            long logIndex,
            GroupState group,
            String stream,
            long floor,
            long backlog,
            long oldestUnsettledMillis,
            long filterFailures,
            OptionalLong oldestDeadLetterWallMillis) {}

    /** Spent on counting what waits in queues, for one answer. */
    private static final long MAX_COUNTING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LeaderView leader;
    private final AppliedState state;
    private final ReceiptSeal seal;
    private final Clock wallClock;
    private final GroupDecisions decisions;
    private final Settling settling;
    private final FilterFailures filterFailures = new FilterFailures();
    private final QueueBacklogs queueBacklogs;
    private final LongSupplier nanoTime;
    private final GrantAnswers answers;
    private final ReceiveService receives;
    private final StartLookup lookup;
    private final GroupInspection inspection;
    private final DeadLetterService deadLetters;

    public GroupService(
            CommandSubmitter submitter,
            LeaderView leader,
            AppliedState state,
            EventReader reader,
            LogBatches batches,
            ReceiptSeal seal,
            Executor readers,
            Clock wallClock,
            int maxInFlightPerGroup) {
        this(
                submitter,
                leader,
                state,
                reader,
                batches,
                seal,
                readers,
                wallClock,
                maxInFlightPerGroup,
                System::nanoTime);
        receives.start();
    }

    /** Without a thread: receives go on in {@link #round()} only. */
    GroupService(
            CommandSubmitter submitter,
            LeaderView leader,
            AppliedState state,
            EventReader reader,
            LogBatches batches,
            ReceiptSeal seal,
            Executor readers,
            Clock wallClock,
            int maxInFlightPerGroup,
            LongSupplier nanoTime) {
        this.leader = leader;
        this.state = state;
        this.seal = seal;
        this.wallClock = wallClock;
        this.nanoTime = nanoTime;
        this.queueBacklogs = new QueueBacklogs(batches, nanoTime);
        this.decisions = new GroupDecisions(submitter, leader, state);
        this.settling = new Settling(decisions, seal);
        this.answers = new GrantAnswers(submitter, reader, seal, readers, filterFailures);
        this.lookup = new StartLookup(batches);
        this.receives = new ReceiveService(submitter, leader, state, batches, answers, maxInFlightPerGroup, nanoTime);
        this.inspection = new GroupInspection(leader, state, batches, wallClock, nanoTime);
        this.deadLetters = new DeadLetterService(decisions, leader, state, readers, nanoTime);
    }

    /** One round of the receives that wait. */
    void round() {
        receives.round();
    }

    public CompletableFuture<Created> create(String name, String stream, StartPosition start, GroupConfig config) {
        int streamId;
        StartPosition from;
        try (MachineView view = state.openView()) {
            GroupFilter.compile(config);
            StreamState of = Streams.named(stream, state, view);
            streamId = of.id();
            from = lookup.resolved(view, of, start);
        } catch (IllegalArgumentException e) {
            return GroupDecisions.refused(new Refused(Refused.Code.INVALID_REQUEST, String.valueOf(e.getMessage())));
        } catch (Refused e) {
            return GroupDecisions.refused(leader.leadership().leads() ? e : GroupDecisions.notLeading());
        }
        return decisions.decide(new Command.CreateGroup(name, streamId, from, config), (index, reply) -> {
            Reply.GroupCreated created = GroupDecisions.expect(Reply.GroupCreated.class, reply);
            try (MachineView view = state.openView()) {
                GroupState group = view.group(created.groupId())
                        .orElseThrow(() ->
                                new Refused(Refused.Code.UNKNOWN_GROUP, "group '" + name + "' was deleted meanwhile"));
                return new Created(index, group, created.existed());
            }
        });
    }

    /** Completes with the Raft index that decided. */
    public CompletableFuture<Long> delete(String name) {
        return decisions.onGroup(
                name, group -> new Command.DeleteGroup(group.id(), group.generation()), (group, index, reply) -> {
                    GroupDecisions.expect(Reply.Done.class, reply);
                    receives.deleted(name);
                    return index;
                });
    }

    /** Changes what the change names; refused if that cannot be, and then nothing of it is done. */
    public CompletableFuture<Updated> update(String name, GroupChange change) {
        try {
            GroupFilter.compile(change.applyTo(GroupConfig.defaults()));
        } catch (IllegalArgumentException e) {
            return GroupDecisions.refused(new Refused(Refused.Code.INVALID_REQUEST, String.valueOf(e.getMessage())));
        }
        return decisions.onGroup(
                name,
                group -> {
                    requireReadable(change.applyTo(group.config()));
                    return new Command.UpdateGroup(group.id(), group.generation(), group.planVersion(), change);
                },
                (group, index, reply) -> {
                    GroupDecisions.expect(Reply.Done.class, reply);
                    try (MachineView view = state.openView()) {
                        GroupState now = view.group(group.id())
                                .orElseThrow(() -> new Refused(
                                        Refused.Code.UNKNOWN_GROUP, "group '" + name + "' was deleted meanwhile"));
                        return new Updated(
                                index,
                                now,
                                view.stream(now.streamId()).orElseThrow().name());
                    }
                });
    }

    /** The parts of a change may be good each for itself, and not with what the group has. */
    private static void requireReadable(GroupConfig config) {
        try {
            GroupFilter.compile(config);
        } catch (IllegalArgumentException e) {
            throw new Refused(Refused.Code.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    /** Empty if there is no such group. */
    public Optional<Tags> tags(String name) {
        try (MachineView view = state.openView()) {
            return view.group(name).map(group -> new Tags(view.appliedIndex(), view.tags(group)));
        }
    }

    /** All groups, in order of name. */
    public List<Described> list() {
        try (MachineView view = state.openView()) {
            List<GroupState> groups = view.groups();
            Set<Integer> ids = groups.stream().map(GroupState::id).collect(Collectors.toSet());
            filterFailures.keepOnly(ids);
            queueBacklogs.keepOnly(ids);
            long untilNanos = nanoTime.getAsLong() + MAX_COUNTING_NANOS;
            return groups.stream()
                    .sorted(Comparator.comparing(GroupState::name))
                    .map(group -> described(view, group, untilNanos))
                    .toList();
        }
    }

    /** The group alone: nothing is counted. */
    public Optional<GroupState> state(String name) {
        try (MachineView view = state.openView()) {
            return view.group(name);
        }
    }

    public Optional<Described> describe(String name) {
        try (MachineView view = state.openView()) {
            long untilNanos = nanoTime.getAsLong() + MAX_COUNTING_NANOS;
            return view.group(name).map(group -> described(view, group, untilNanos));
        }
    }

    /** What of the group is unsettled, and since when. Reads block on the store. */
    public GroupInspection.Messages messages(GroupInspection.Query query) {
        return inspection.messages(query);
    }

    public DeadLetterService deadLetters() {
        return deadLetters;
    }

    /** The keys of an ordered group behind which events wait, and for what. Reads block on the store. */
    public GroupInspection.Parked parked(GroupInspection.ParkedQuery query) {
        return inspection.parked(query);
    }

    /**
     * Cancelling the future says that the client is gone: no message is granted to it any more, and one granted meanwhile
     * is given back uncounted.
     */
    public CompletableFuture<Received> receive(ReceiveRequest request) {
        return receives.receive(request);
    }

    /** The answer could not be written to its client: its messages are given back, the delivery not counted. */
    public void release(Received received) {
        Map<GroupKey, List<LeaseRef>> leases = new LinkedHashMap<>();
        for (Delivery delivery : received.deliveries()) {
            ReceiptSeal.Opened opened = seal.open(delivery.receipt())
                    .orElseThrow(() -> new IllegalStateException("expected a receipt that this node made"));
            leases.computeIfAbsent(new GroupKey(opened.groupId(), opened.generation()), key -> new ArrayList<>())
                    .add(opened.lease());
        }
        leases.forEach((key, refs) -> answers.release(key.groupId(), key.generation(), refs));
    }

    private record GroupKey(int groupId, long generation) {}

    public CompletableFuture<Settled> ack(String group, List<String> receipts) {
        return settling.settle(
                group, receipts, (state, leases) -> new Command.Ack(state.id(), state.generation(), leases));
    }

    public CompletableFuture<Settled> nack(String group, List<String> receipts, long delayMillis) {
        return settling.settle(
                group,
                receipts,
                (state, leases) -> new Command.Nack(state.id(), state.generation(), leases, delayMillis));
    }

    /** @param lenient the standard SQS view: any authentic receipt of an unsettled message */
    public CompletableFuture<Settled> extend(
            String group, List<String> receipts, long visibilityMillis, boolean lenient) {
        return settling.settle(
                group,
                receipts,
                (state, leases) ->
                        new Command.Extend(state.id(), state.generation(), leases, visibilityMillis, lenient));
    }

    public CompletableFuture<Sought> seek(String group, StartPosition to, boolean dryRun) {
        if (!dryRun) {
            return decisions.onGroup(
                    group,
                    found -> new Command.SeekGroup(found.id(), found.generation(), resolved(found, to)),
                    (found, index, reply) -> {
                        Reply.Sought sought = GroupDecisions.expect(Reply.Sought.class, reply);
                        return new Sought(index, sought.from(), sought.to(), endOf(found) - sought.to());
                    });
        }
        return decisions.withGroup(group, (view, found) -> {
            StreamState stream = view.stream(found.streamId()).orElseThrow();
            long target = lookup.resolved(view, stream, to).resolve(stream.earliest(), stream.end());
            if (target < stream.earliest() || target > stream.end()) {
                return GroupDecisions.refused(new Refused(
                        Refused.Code.OFFSET_OUT_OF_RANGE,
                        "expected an offset from " + Offsets.format(stream.earliest()) + " to "
                                + Offsets.format(stream.end()) + ", but got " + Offsets.format(target),
                        stream.earliest(),
                        stream.end()));
            }
            // From where the machine would leave it.
            return CompletableFuture.completedFuture(
                    new Sought(view.appliedIndex(), found.scan(), target, stream.end() - target));
        });
    }

    private StartPosition resolved(GroupState group, StartPosition position) {
        try (MachineView view = state.openView()) {
            return lookup.resolved(view, view.stream(group.streamId()).orElseThrow(), position);
        }
    }

    @Override
    public void close() {
        receives.close();
    }

    private long endOf(GroupState group) {
        try (MachineView view = state.openView()) {
            return view.stream(group.streamId()).map(StreamState::end).orElse(0L);
        }
    }

    private Described described(MachineView view, GroupState group, long untilNanos) {
        StreamState stream = view.stream(group.streamId()).orElseThrow();
        long floor = view.floor(group);
        long oldestMillis = 0;
        if (floor < stream.end()) {
            long storedWall = view.batchAt(stream.id(), Math.max(floor, stream.earliest()))
                    .map(StoredBatch::wallMillis)
                    .orElse(0L);
            oldestMillis = storedWall == 0 ? 0 : Math.max(0, wallClock.millis() - storedWall);
        }
        return new Described(
                view.appliedIndex(),
                group,
                stream.name(),
                floor,
                group.config().queue().isPresent()
                        ? queueBacklogs.of(view, group, untilNanos)
                        : stream.end() - group.scan(),
                oldestMillis,
                filterFailures.of(group.id()),
                view.deadLetters(group, 0, 1).stream()
                        .mapToLong(DeadLetter::diedWallMillis)
                        .findFirst());
    }
}
