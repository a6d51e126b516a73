package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupEvent;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.filter.Judgement;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What people do with the dead letters of a group: list them, put them back, drop them. Each call does a bounded piece of
 * work and says where to go on, so that what it does can be paced and seen, and repeated: what is not kept any more is left
 * out. On a ready leader only. Thread-safe; reads on the executor given, {@link #list} on the caller's.
 */
public final class DeadLetterService {

    /** Letters of one listing. */
    public static final int MAX_LISTED = 1_000;

    /** Letters that one call puts back or drops. */
    public static final int MAX_CHANGED = 10_000;

    /** Bounds the work of one command. */
    static final int MAX_PER_COMMAND = 1_000;

    /** Letters looked at in one go, of which few may match. */
    static final int MAX_LOOKED = 10_000;

    /** A reader thread is lent for so long, about. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int ROWS_AT_ONCE = 200;

    /** Bytes of the events of one answer. */
    private static final long MAX_EVENT_BYTES = 4L << 20;

    /**
     * @param from the first number wanted
     * @param limit 1 to {@link #MAX_LISTED}
     * @param events with their JSON
     */
    public record Query(String group, long from, int limit, boolean events) {}

    /** @param event without JSON unless that was asked for */
    public record Listed(DeadLetter letter, RenderedEvent event) {}

    /**
     * In order of their numbers.
     *
     * @param next what to ask for next; empty at the end
     */
    public record Page(long logIndex, List<Listed> letters, OptionalLong next) {
        public Page {
            letters = List.copyOf(letters);
        }
    }

    /**
     * Which dead letters.
     *
     * @param filter tables, actions and expression; an event on which the expression fails is not among them
     * @param numbers only these, if not empty
     * @param from no lower number
     * @param max 1 to {@link #MAX_CHANGED}
     */
    public record Selection(String group, Filter filter, List<Long> numbers, long from, int max) {
        public Selection {
            numbers = List.copyOf(numbers);
        }
    }

    /** As in a group. */
    public record Filter(List<String> tables, List<String> actions, String where) {
        public static final Filter ALL = new Filter(List.of(), List.of(), "");

        public Filter {
            tables = List.copyOf(tables);
            actions = List.copyOf(actions);
        }
    }

    /**
     * @param changed how many were put back or dropped
     * @param looked how many were looked at
     * @param next where to go on; empty if all were looked at
     */
    public record Changed(long logIndex, int changed, int looked, OptionalLong next) {}

    private final GroupDecisions decisions;
    private final LeaderView leader;
    private final AppliedState state;
    private final Executor readers;
    private final LongSupplier nanoTime;

    DeadLetterService(
            GroupDecisions decisions, LeaderView leader, AppliedState state, Executor readers, LongSupplier nanoTime) {
        this.decisions = decisions;
        this.leader = leader;
        this.state = state;
        this.readers = readers;
        this.nanoTime = nanoTime;
    }

    /** Blocks on the store. */
    public Page list(Query query) {
        long until = nanoTime.getAsLong() + MAX_NANOS;
        try (MachineView view = openView()) {
            GroupState group = named(view, query.group());
            String stream = view.stream(group.streamId()).orElseThrow().name();
            List<Listed> listed = new ArrayList<>();
            long bytes = 0;
            for (DeadLetter letter : view.deadLetters(group, query.from(), query.limit() + 1)) {
                boolean full = listed.size() == query.limit();
                if (full || (!listed.isEmpty() && (bytes > MAX_EVENT_BYTES || isOver(until)))) {
                    return new Page(view.appliedIndex(), listed, OptionalLong.of(letter.letter()));
                }
                GroupEvent event = event(view, letter);
                RenderedEvent rendered =
                        query.events() ? EventRenderer.render(stream, event) : EventRenderer.facts(event);
                bytes += rendered.json().length;
                if (!listed.isEmpty() && bytes > MAX_EVENT_BYTES) {
                    return new Page(view.appliedIndex(), listed, OptionalLong.of(letter.letter()));
                }
                listed.add(new Listed(letter, rendered));
            }
            return new Page(view.appliedIndex(), listed, OptionalLong.empty());
        }
    }

    /**
     * Which dead letters go elsewhere: those that the group keeps, and those that it has from others and that are not out.
     *
     * @param destination another group of the same stream and ordering; empty = each to the group in which it died
     * @param from no lower number
     * @param max 1 to {@link #MAX_PER_COMMAND}
     */
    public record Move(String source, Optional<String> destination, long from, int max) {}

    /** One step: {@code looked} are those that were to be moved. What has nowhere to go stays, and is passed by. */
    public CompletableFuture<Changed> move(Move move) {
        return onReader(() -> pick(move))
                .thenCompose(picked -> picked.letters.length == 0
                        ? CompletableFuture.completedFuture(new Changed(picked.logIndex, 0, 0, picked.next))
                        : decisions.decide(
                                new Command.Redrive(picked.groupId, picked.destination, picked.letters),
                                (index, reply) -> {
                                    int count = GroupDecisions.expect(Reply.DeadLettersChanged.class, reply)
                                            .count();
                                    return new Changed(index, count, picked.letters.length, picked.next);
                                }));
    }

    private record Movable(long logIndex, int groupId, int destination, long[] letters, OptionalLong next) {}

    /** Below what is returned all numbers are there. */
    private static long addArrived(MachineView view, GroupState group, Move move, SortedSet<Long> numbers) {
        long at = move.from();
        for (int looked = 0; looked < MAX_LOOKED; looked += ROWS_AT_ONCE) {
            List<DeadLetter> rows = view.amongMessages(group, at, ROWS_AT_ONCE);
            rows.stream()
                    .filter(letter -> letter.origin() != group.id())
                    .forEach(letter -> numbers.add(letter.letter()));
            if (rows.size() < ROWS_AT_ONCE) {
                return Long.MAX_VALUE;
            }
            at = rows.get(rows.size() - 1).letter() + 1;
            if (numbers.headSet(at).size() > move.max()) {
                return at;
            }
        }
        return at;
    }

    private Movable pick(Move move) {
        try (MachineView view = openView()) {
            GroupState group = named(view, move.source());
            int destination =
                    move.destination().map(name -> named(view, name).id()).orElse(Command.Redrive.TO_ORIGIN);
            TreeSet<Long> numbers = new TreeSet<>();
            view.deadLetters(group, move.from(), move.max() + 1).forEach(letter -> numbers.add(letter.letter()));
            long complete = addArrived(view, group, move, numbers);
            SortedSet<Long> known = numbers.headSet(complete);
            long[] letters =
                    known.stream().limit(move.max()).mapToLong(Long::longValue).toArray();
            OptionalLong next = OptionalLong.empty();
            if (known.size() > move.max()) {
                next = OptionalLong.of(letters[letters.length - 1] + 1);
            } else if (complete < Long.MAX_VALUE) {
                next = OptionalLong.of(complete);
            }
            return new Movable(view.appliedIndex(), group.id(), destination, letters, next);
        }
    }

    /** They are delivered again, as if for the first time. */
    public CompletableFuture<Changed> redrive(Selection selection) {
        return change(selection, (group, letters) -> new Command.Redrive(group, group, letters));
    }

    public CompletableFuture<Changed> drop(Selection selection) {
        return change(selection, Command.DropDeadLetters::new);
    }

    private interface Change {
        Command of(int groupId, long[] letters);
    }

    private CompletableFuture<Changed> change(Selection selection, Change change) {
        GroupFilter filter;
        try {
            filter = compiled(selection.filter());
        } catch (IllegalArgumentException e) {
            return GroupDecisions.refused(new Refused(Refused.Code.INVALID_REQUEST, String.valueOf(e.getMessage())));
        }
        Changed nothing = new Changed(0, 0, 0, OptionalLong.of(selection.from()));
        return goOn(selection, filter, change, nothing, nanoTime.getAsLong() + MAX_NANOS);
    }

    /** Command by command, until there are no more, or enough. */
    private CompletableFuture<Changed> goOn(
            Selection selection, GroupFilter filter, Change change, Changed done, long untilNanos) {
        return onReader(() -> pick(selection, filter, done)).thenCompose(picked -> {
            if (picked.letters.length == 0) {
                return CompletableFuture.completedFuture(
                        new Changed(picked.logIndex, done.changed(), done.looked() + picked.looked, picked.next));
            }
            return decisions
                    .decide(change.of(picked.groupId, picked.letters), (index, reply) -> {
                        int count = GroupDecisions.expect(Reply.DeadLettersChanged.class, reply)
                                .count();
                        return new Changed(index, done.changed() + count, done.looked() + picked.looked, picked.next);
                    })
                    .thenCompose(now -> now.next().isEmpty() || now.changed() >= selection.max() || isOver(untilNanos)
                            ? CompletableFuture.completedFuture(now)
                            : goOn(selection, filter, change, now, untilNanos));
        });
    }

    /** @param next where to go on; empty if all were looked at */
    private record Picked(long logIndex, int groupId, long[] letters, int looked, OptionalLong next) {}

    private Picked pick(Selection selection, GroupFilter filter, Changed done) {
        long until = nanoTime.getAsLong() + MAX_NANOS;
        int max = Math.min(MAX_PER_COMMAND, selection.max() - done.changed());
        try (MachineView view = openView()) {
            GroupState group = named(view, selection.group());
            Picking picking = new Picking(view, group, filter, max, until);
            OptionalLong next = selection.numbers().isEmpty()
                    ? picking.from(done.next().orElse(selection.from()))
                    : picking.of(selection.numbers(), done.next().orElse(selection.from()));
            long[] letters = picking.letters.stream().mapToLong(Long::longValue).toArray();
            return new Picked(view.appliedIndex(), group.id(), letters, picking.looked, next);
        }
    }

    /** One walk over the letters of a group. One thread. */
    private final class Picking {
        private final MachineView view;
        private final GroupState group;
        private final GroupFilter filter;
        private final int max;
        private final long untilNanos;
        private final List<Long> letters = new ArrayList<>();
        private int looked;

        Picking(MachineView view, GroupState group, GroupFilter filter, int max, long untilNanos) {
            this.view = view;
            this.group = group;
            this.filter = filter;
            this.max = max;
            this.untilNanos = untilNanos;
        }

        OptionalLong from(long first) {
            long at = first;
            while (true) {
                List<DeadLetter> rows = view.deadLetters(group, at, ROWS_AT_ONCE);
                for (DeadLetter letter : rows) {
                    if (isEnough()) {
                        return OptionalLong.of(letter.letter());
                    }
                    look(letter);
                    at = letter.letter() + 1;
                }
                if (rows.size() < ROWS_AT_ONCE) {
                    return OptionalLong.empty();
                }
            }
        }

        OptionalLong of(List<Long> numbers, long first) {
            for (long number : numbers.stream().distinct().sorted().toList()) {
                if (number >= first) {
                    if (isEnough()) {
                        return OptionalLong.of(number);
                    }
                    view.deadLetters(group, number, 1).stream()
                            .filter(letter -> letter.letter() == number)
                            .forEach(this::look);
                }
            }
            return OptionalLong.empty();
        }

        private boolean isEnough() {
            return letters.size() >= max || looked >= MAX_LOOKED || (looked > 0 && isOver(untilNanos));
        }

        private void look(DeadLetter letter) {
            looked++;
            if (matches(event(view, letter))) {
                letters.add(letter.letter());
            }
        }

        private boolean matches(GroupEvent event) {
            LogBatch batch = event.batch();
            return filter.routes(batch.header())[batch.columns().route(event.index())]
                    && filter.wants(batch, event.index())
                    && filter.judge(batch, event.index()).verdict() == Judgement.Verdict.MATCHES;
        }
    }

    private static GroupFilter compiled(Filter filter) {
        GroupConfig usual = GroupConfig.defaults();
        return GroupFilter.compile(new GroupConfig(
                usual.visibilityMillis(),
                0,
                usual.ordering(),
                usual.mode(),
                filter.tables(),
                filter.actions(),
                filter.where()));
    }

    private static GroupEvent event(MachineView view, DeadLetter letter) {
        return view.batchAt(letter.streamId(), letter.letter())
                .map(stored -> new GroupEvent(new LogBatch(stored), 0, letter.offset()))
                .orElseThrow(() -> new IllegalStateException("expected the payload of dead letter " + letter.letter()));
    }

    private interface Reading<T> {
        T read();
    }

    private <T> CompletableFuture<T> onReader(Reading<T> reading) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            readers.execute(() -> {
                try {
                    result.complete(reading.read());
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new Refused(Refused.Code.OVERLOADED, "too many reads wait; try again later"));
        }
        return result;
    }

    private boolean isOver(long untilNanos) {
        return nanoTime.getAsLong() - untilNanos >= 0;
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
}
