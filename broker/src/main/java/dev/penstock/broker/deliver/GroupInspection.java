package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.UnsettledMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * What of a group is unsettled, what waits and for what: for people who ask why it is stuck. On a ready leader only; touches
 * nothing, and does a bounded piece of work: an answer that is cut short says where to go on. Thread-safe; reads block on the
 * store: call it from the reader pool. Refusals are thrown as {@link Refused}.
 */
public final class GroupInspection {

    /** Items of one answer. */
    public static final int MAX_ITEMS = 1_000;

    /** Rows looked at for one answer, of which few may be in the state that is asked for. */
    static final int MAX_ROWS = 20_000;

    static final int ROWS_AT_ONCE = 1_000;
    private static final long MAX_EVENT_BYTES = 4L << 20;

    /**
     * @param state only messages in it; empty = all that is unsettled
     * @param from the first offset wanted
     * @param limit 1 to {@link #MAX_ITEMS}
     * @param events with their JSON
     */
    public record Query(String group, Optional<UnsettledMessage.State> state, long from, int limit, boolean events) {}

    /**
     * @param remainingMillis until its lease or delay ends, in log time; empty if it is ready or dying
     * @param event empty if it is not stored any more; without JSON unless that was asked for
     */
    public record Unsettled(UnsettledMessage message, OptionalLong remainingMillis, Optional<RenderedEvent> event) {}

    /**
     * In order of offsets.
     *
     * @param wallMillis wall-clock time of this node, to which what remains is to be added
     * @param next what to ask for next; empty at the end
     */
    public record Messages(long logIndex, long wallMillis, List<Unsettled> messages, OptionalLong next) {
        public Messages {
            messages = List.copyOf(messages);
        }
    }

    /** Where a key stands in the list of those that wait: by offset, then by its hash as an unsigned number. */
    public record Place(long offset, long key) implements Comparable<Place> {

        @Override
        public int compareTo(Place other) {
            int byOffset = Long.compare(offset, other.offset);
            return byOffset != 0 ? byOffset : Long.compareUnsigned(key, other.key);
        }
    }

    /** @param events with the JSON of the first event that waits */
    public record ParkedQuery(String group, Place from, int limit, boolean events) {}

    /** Why a key waits. */
    public enum Why {
        /** An earlier event of it is unsettled. */
        KEY,
        /** An earlier truncate of its table is unsettled, or waits itself. */
        TRUNCATE,
        /** What waits is a truncate, and something of its table is unsettled. */
        TABLE,
        /** What waits changes the key, and an earlier event of the other key is unsettled. */
        OTHER_KEY,
        /** Nothing holds it back any more: it goes out with the next receive. */
        NOTHING,
        /** Not found within the bounds of one request. */
        UNKNOWN
    }

    /**
     * @param table {@code schema.table}; empty if it is of none, or cannot be told
     * @param first the first event that waits; empty if only a bound of its offset is known
     * @param blockedBy the unsettled message which in the end holds it back
     */
    public record Waiting(
            ParkedKey parked,
            Optional<String> table,
            Optional<RenderedEvent> first,
            Why why,
            Optional<Unsettled> blockedBy) {}

    /** Those that wait longest come first. */
    public record Parked(long logIndex, long wallMillis, List<Waiting> keys, Optional<Place> next) {
        public Parked {
            keys = List.copyOf(keys);
        }
    }

    private final LeaderView leader;
    private final AppliedState state;
    private final LogBatches batches;
    private final Clock wallClock;
    private final LongSupplier nanoTime;

    GroupInspection(LeaderView leader, AppliedState state, LogBatches batches, Clock wallClock, LongSupplier nanoTime) {
        this.leader = leader;
        this.state = state;
        this.batches = batches;
        this.wallClock = wallClock;
        this.nanoTime = nanoTime;
    }

    Messages messages(Query query) {
        try (MachineView view = openView()) {
            GroupState group = named(view, query.group());
            InspectedLog log = new InspectedLog(view, group, batches, nanoTime);
            Rows rows = rows(view, group, query);
            List<Unsettled> messages = new ArrayList<>();
            OptionalLong next = rows.next();
            long bytes = 0;
            for (UnsettledMessage row : rows.found()) {
                Optional<RenderedEvent> event = log.event(row.offset(), query.events());
                bytes += event.map(found -> found.json().length).orElse(0);
                if (!messages.isEmpty() && (bytes > MAX_EVENT_BYTES || log.isTimeOver())) {
                    next = OptionalLong.of(row.offset());
                    break;
                }
                messages.add(new Unsettled(row, remaining(row), event));
            }
            return new Messages(view.appliedIndex(), wallClock.millis(), messages, next);
        }
    }

    Parked parked(ParkedQuery query) {
        try (MachineView view = openView()) {
            GroupState group = named(view, query.group());
            InspectedLog log = new InspectedLog(view, group, batches, nanoTime);
            Collection<ParkedKey> all = log.waitingKeys(group, view.parked(group));
            WaitingReasons reasons = new WaitingReasons(view, group, log, all);
            List<ParkedKey> wanted = all.stream()
                    .filter(parked -> place(parked).compareTo(query.from()) >= 0)
                    .sorted(Comparator.comparing(GroupInspection::place))
                    .toList();
            List<Waiting> keys = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < wanted.size(); i++) {
                ParkedKey parked = wanted.get(i);
                if (i > 0 && log.isTimeOver()) {
                    return new Parked(view.appliedIndex(), wallClock.millis(), keys, Optional.of(place(parked)));
                }
                WaitingReasons.Reason reason = reasons.of(parked);
                if (reason.why() == Why.NOTHING && parked.offset() >= group.scan()) {
                    // Not judged yet, and free: it does not wait for anything.
                    continue;
                }
                Optional<RenderedEvent> first = reasons.isKeyOf(parked.key(), parked.offset())
                        ? log.event(parked.offset(), query.events())
                        : Optional.empty();
                bytes += first.map(found -> found.json().length).orElse(0);
                if (keys.size() == query.limit() || (!keys.isEmpty() && bytes > MAX_EVENT_BYTES)) {
                    return new Parked(view.appliedIndex(), wallClock.millis(), keys, Optional.of(place(parked)));
                }
                keys.add(waiting(parked, first, reason, log));
            }
            return new Parked(view.appliedIndex(), wallClock.millis(), keys, Optional.empty());
        }
    }

    private Waiting waiting(
            ParkedKey parked, Optional<RenderedEvent> first, WaitingReasons.Reason reason, InspectedLog log) {
        Optional<String> table = log.table(parked.route(), parked.offset());
        if (table.isEmpty() && reason.root().isPresent()) {
            table = log.table(parked.route(), reason.root().get().offset());
        }
        Optional<Unsettled> blockedBy = reason.root()
                .map(message -> new Unsettled(message, remaining(message), log.event(message.offset(), false)));
        return new Waiting(parked, table, first, reason.why(), blockedBy);
    }

    /** @param next where to go on, if there is or may be more */
    private record Rows(List<UnsettledMessage> found, OptionalLong next) {}

    private static Rows rows(MachineView view, GroupState group, Query query) {
        Optional<UnsettledMessage.State> wanted = query.state();
        if (wanted.isPresent() && count(group, wanted.get()) == 0) {
            return new Rows(List.of(), OptionalLong.empty());
        }
        if (wanted.filter(one -> one == UnsettledMessage.State.READY).isPresent()) {
            return cut(view.ready(group, query.from(), query.limit() + 1), query.limit(), OptionalLong.empty());
        }
        List<UnsettledMessage> found = new ArrayList<>();
        long at = query.from();
        for (int looked = 0; looked < MAX_ROWS; looked += ROWS_AT_ONCE) {
            List<UnsettledMessage> rows = nextRows(view, group, at);
            for (UnsettledMessage row : rows) {
                if (wanted.isEmpty() || wanted.get() == row.state()) {
                    found.add(row);
                }
            }
            if (found.size() > query.limit() || rows.size() < ROWS_AT_ONCE) {
                return cut(found, query.limit(), OptionalLong.empty());
            }
            at = rows.get(rows.size() - 1).offset() + 1;
        }
        return cut(found, query.limit(), OptionalLong.of(at));
    }

    private static Rows cut(List<UnsettledMessage> found, int limit, OptionalLong next) {
        return found.size() <= limit
                ? new Rows(found, next)
                : new Rows(
                        found.subList(0, limit),
                        OptionalLong.of(found.get(limit).offset()));
    }

    private static long count(GroupState group, UnsettledMessage.State state) {
        return switch (state) {
            case LEASED -> group.leased();
            case DELAYED -> group.delayed();
            case READY -> group.ready();
            case DYING -> group.dying();
        };
    }

    private OptionalLong remaining(UnsettledMessage message) {
        return message.state() == UnsettledMessage.State.READY || message.state() == UnsettledMessage.State.DYING
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, message.dueMillis() - state.logTimeMillis()));
    }

    private static Place place(ParkedKey parked) {
        return new Place(parked.offset(), parked.key());
    }

    private MachineView openView() {
        if (!leader.leadership().leads()) {
            throw GroupDecisions.notLeading();
        }
        return state.openView();
    }

    private static GroupState named(MachineView view, String name) {
        return view.group(name)
                .orElseThrow(() -> new Refused(
                        Refused.Code.UNKNOWN_GROUP, "expected a known group, but there is no '" + name + "'"));
    }

    /** The next rows from an offset on; fewer than {@link #ROWS_AT_ONCE} at the end. */
    static List<UnsettledMessage> nextRows(MachineView view, GroupState group, long from) {
        return view.unsettled(group, from, ROWS_AT_ONCE, row -> true);
    }
}
