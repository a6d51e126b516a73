package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StoredBatch;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * "A later change of a row is delivered only after, or in the same answer behind, the earlier ones; none is newly delivered
 * while an earlier one is unsettled." Random consumers of an ordered group, over leader changes and lost answers, judged by
 * what the log holds and by nothing of the planner's or the machine's. One seed, one run.
 */
class KeyOrderSimulationTest {

    private static final int STEPS = 1_200;
    private static final List<String> TABLES = List.of("public.orders", "public.customers");
    private static final GroupChange.Filter ALL = new GroupChange.Filter(TABLES, List.of(), "");
    private static final List<GroupChange.Filter> FILTERS = List.of(
            ALL,
            new GroupChange.Filter(TABLES, List.of("insert", "update"), ""),
            new GroupChange.Filter(List.of("public.orders"), List.of(), ""));

    private final AtomicLong nanos = new AtomicLong();
    private final Machine machine = new Machine(new InMemoryStore(), Transaction.Checks.FULL);
    private final LocalLog log = new LocalLog(machine);
    private final Map<Integer, String> receipts = new HashMap<>();
    private final List<CompletableFuture<GroupService.Received>> asked = new ArrayList<>();

    private KeyOrderChecker checker = new KeyOrderChecker(List.of());
    /** Whether the group is paused, sought and its filter changed at times. */
    private boolean changes;
    /** Whether only the newest versions of rows are wanted. */
    private boolean rows;

    /** Whether retention overtakes the group at times. */
    private boolean trims;

    /** Whether messages die, and are put back. */
    private boolean mortal;

    private final Map<Long, Integer> dead = new TreeMap<>();
    private long deaths;
    private long putBack;

    private List<KeyedEvents.Seen> seen = List.of();

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void shouldFreeKeysByDeathAndHoldThemForWhatIsPutBack(long seed) {
        mortal = true;
        run(seed);
        for (int offset = 0; offset < seen.size(); offset++) {
            assertThat(checker.isSettled(offset))
                    .as("seed %d: event %d settled", seed, offset)
                    .isEqualTo(checker.matches(offset));
        }
        assertThat(deaths).as("messages that died").isGreaterThan(10);
        assertThat(putBack).as("dead letters put back").isGreaterThan(10);
        try (MachineView view = machine.openView()) {
            GroupState group = view.group("g").orElseThrow();
            assertThat(group.parked() + group.unsettledRows() + group.deadLetters())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void shouldKeepTheOrderOverChangesOfTheGroup(long seed) {
        changes = true;
        run(seed);
        for (int offset = 0; offset < seen.size(); offset++) {
            assertThat(checker.isSettled(offset) || !checker.isAlwaysWanted(offset))
                    .as("seed %d: event %d settled", seed, offset)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44})
    void shouldKeepTheOrderOfTheNewestVersionsOfRows(long seed) {
        rows = true;
        run(seed);
        int superseded = 0;
        for (int offset = 0; offset < seen.size(); offset++) {
            boolean mayBeLeftOut = !checker.matches(offset) || checker.hasNewer(offset);
            assertThat(checker.isSettled(offset) || mayBeLeftOut)
                    .as("seed %d: event %d settled", seed, offset)
                    .isTrue();
            superseded += checker.matches(offset) && !checker.isSettled(offset) ? 1 : 0;
        }
        assertThat(superseded).as("versions left out").isGreaterThan(150);
        try (MachineView view = machine.openView()) {
            assertThat(view.group("g").orElseThrow().parked()).isZero();
        }
    }

    /** Retention takes what was not settled, and counts it: what is left comes in order, and nothing stays behind it. */
    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void shouldKeepTheOrderWhenTheLogIsTrimmed(long seed) {
        trims = true;
        run(seed);
        for (int offset = checker.earliest(); offset < seen.size(); offset++) {
            assertThat(checker.isSettled(offset))
                    .as("seed %d: event %d settled", seed, offset)
                    .isEqualTo(checker.matches(offset));
        }
        assertThat(checker.lost()).as("lost events").isGreaterThan(20);
        try (MachineView view = machine.openView()) {
            GroupState group = view.group("g").orElseThrow();
            assertThat(group.parked()).isZero();
            assertThat(group.unsettledRows()).isZero();
            assertThat(group.losses().atMost()).as("lost at most").isGreaterThanOrEqualTo(checker.lost());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldNeverDeliverALaterChangeOfAKeyBeforeAnEarlierOneIsSettled(long seed) {
        run(seed);
        for (int offset = 0; offset < seen.size(); offset++) {
            assertThat(checker.isSettled(offset))
                    .as("seed %d: event %d settled", seed, offset)
                    .isEqualTo(checker.matches(offset));
        }
        assertThat(checker.overtaken()).as("events that were overtaken").isGreaterThan(50);
        assertThat(checker.redelivered()).as("redeliveries").isGreaterThan(20);
        try (MachineView view = machine.openView()) {
            assertThat(view.group("g").orElseThrow().parked()).isZero();
        }
    }

    private void run(long seed) {
        Random random = new Random(seed);
        KeyedEvents events = new KeyedEvents(log, random, seed % 2 == 0 ? 3 : 40);
        SteppedGroups groups = new SteppedGroups(
                log,
                log,
                log,
                new LogBatches(1 << 20),
                new ReceiptSeal("secret"),
                Runnable::run,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                seed % 3 == 0 ? 7 : 1_000,
                nanos::get);
        GroupConfig.Mode mode = rows ? GroupConfig.Mode.ROWS : GroupConfig.Mode.CHANGES;
        GroupConfig config =
                new GroupConfig(30_000, mortal ? 2 : 0, GroupConfig.Ordering.KEY, mode, TABLES, List.of(), "");
        groups.service()
                .create("g", "main", new StartPosition.Earliest(), config)
                .join();

        seen = events.seen();
        checker = new KeyOrderChecker(seen);
        if (changes) {
            checker.filtersChange();
        }
        if (rows) {
            checker.rowsOnly();
        }
        for (int step = 0; step < STEPS; step++) {
            step(random, events, groups);
        }
        if (changes) {
            change(groups, new GroupChange.Builder().paused(false).filter(ALL));
        }
        drain(groups);
    }

    private void step(Random random, KeyedEvents events, SteppedGroups groups) {
        int dice = random.nextInt(100);
        nanos.addAndGet(1_000_000L * random.nextInt(20));
        if (mortal) {
            takeWhatIsOnItsWay(groups);
        }
        if (changes && random.nextInt(20) == 0) {
            changeGroup(random, groups);
        } else if (trims && random.nextInt(25) == 0) {
            trim(random);
        } else if (dice < 20) {
            events.append(1 + random.nextInt(12));
        } else if (dice < 55) {
            int max = 1 + random.nextInt(random.nextInt(4) == 0 ? 30 : 4);
            boolean none = random.nextInt(10) == 0 && !mortal;
            OptionalLong visibility = none ? OptionalLong.of(0) : OptionalLong.empty();
            receive(groups, max, visibility, random.nextInt(5) == 0 ? 40 : 1 << 20, random.nextInt(40) == 0);
        } else if (dice < 80) {
            settle(random, groups);
        } else if (dice < 92) {
            giveBack(random, groups);
        } else if (dice < 96) {
            log.advance(random.nextInt(4) == 0 ? 40_000 : 1_000);
        } else if (dice < 98) {
            log.lead(false);
            groups.round();
            log.lead(true);
        } else {
            var unused = groups.service().extend("g", pick(random, receipts), 5_000, false);
        }
        if (mortal) {
            lookAfterTheDead(groups, random.nextInt(6) == 0, random.nextInt(25) == 0);
        }
        groups.round();
        check();
    }

    private void trim(Random random) {
        long bytes = 1_000L + random.nextInt(20_000);
        log.submit(List.of(
                        new Command.SetRetention(1, new Retention(0, bytes, 0)),
                        new Command.Trim(1, 1 + random.nextInt(5))))
                .join();
        try (MachineView view = machine.openView()) {
            checker.trimmed((int) view.stream(1).orElseThrow().earliest());
        }
    }

    /** What was granted before somebody dies, or is put back. */
    private void takeWhatIsOnItsWay(SteppedGroups groups) {
        for (int i = 0; i < 3; i++) {
            groups.round();
            check();
        }
    }

    /** As the leader's duty does it, and people. */
    private void lookAfterTheDead(SteppedGroups groups, boolean buries, boolean putsBack) {
        if (buries) {
            bury();
        }
        noteTheDead();
        if (putsBack) {
            DeadLetterService.Selection all =
                    new DeadLetterService.Selection("g", DeadLetterService.Filter.ALL, List.of(), 0, 1_000);
            assertThat(groups.service().deadLetters().redrive(all).join().changed())
                    .isEqualTo(dead.size());
            dead.values().forEach(checker::putBack);
            putBack += dead.size();
            dead.clear();
        }
    }

    private void bury() {
        List<Command.Dead> dying = new ArrayList<>();
        GroupState group;
        try (MachineView view = machine.openView()) {
            group = view.group("g").orElseThrow();
            view.dying(1_000)
                    .forEach(one -> dying.add(new Command.Dead(
                            one.offset(), DeadLetter.MAX_DELIVERIES, payload(view, group.streamId(), one.offset()))));
        }
        log.append(new Command.DeadLetter(group.id(), group.generation(), dying))
                .join();
    }

    private static byte[] payload(MachineView view, int streamId, long offset) {
        StoredBatch stored = view.batchAt(streamId, offset).orElseThrow();
        EventBatch.Builder alone = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        alone.add(BatchCodec.decode(stored.encoded()).event(Math.toIntExact(offset - stored.baseOffset())));
        return BatchCodec.encode(alone.build());
    }

    private void noteTheDead() {
        try (MachineView view = machine.openView()) {
            for (DeadLetter letter : view.deadLetters(view.group("g").orElseThrow(), 0, Integer.MAX_VALUE)) {
                int offset = Math.toIntExact(letter.offset());
                if (dead.put(letter.letter(), offset) == null) {
                    deaths++;
                    checker.died(offset);
                    receipts.remove(offset);
                }
            }
        }
    }

    private void changeGroup(Random random, SteppedGroups groups) {
        int dice = random.nextInt(12);
        if (dice == 0 && !seen.isEmpty()) {
            // What was granted before the seek is on its way.
            groups.round();
            check();
            int to = random.nextInt(seen.size());
            groups.service().seek("g", new StartPosition.AtOffset(to), false).join();
            checker.sought(to);
            receipts.clear();
        } else if (dice < 6) {
            change(groups, new GroupChange.Builder().paused(random.nextBoolean()));
        } else {
            change(groups, new GroupChange.Builder().filter(FILTERS.get(random.nextInt(FILTERS.size()))));
        }
    }

    private static void change(SteppedGroups groups, GroupChange.Builder change) {
        groups.service().update("g", change.build()).join();
    }

    private void receive(SteppedGroups groups, int max, OptionalLong visibility, long maxBytes, boolean lostAnswer) {
        CompletableFuture<GroupService.Received> answer =
                groups.service().receive(new GroupService.ReceiveRequest("g", max, 0, visibility, maxBytes));
        if (lostAnswer) {
            log.hold();
            groups.round();
            log.release(false);
            log.stopHolding();
        }
        asked.add(answer);
    }

    private static List<String> pick(Random random, Map<Integer, String> from) {
        List<String> all = new ArrayList<>();
        new TreeSet<>(from.keySet()).forEach(offset -> {
            if (random.nextInt(3) == 0) {
                all.add(from.getOrDefault(offset, ""));
            }
        });
        return all;
    }

    private void settle(Random random, SteppedGroups groups) {
        for (int offset : new TreeSet<>(receipts.keySet())) {
            if (random.nextInt(2) == 0) {
                settle(groups, offset);
            }
        }
    }

    private void settle(SteppedGroups groups, int offset) {
        GroupService.Settled answer = groups.service()
                .ack("g", List.of(receipts.getOrDefault(offset, "")))
                .join();
        if (answer.results().get(0) == GroupService.ItemOutcome.OK) {
            checker.settled(offset);
        }
        receipts.remove(offset);
    }

    private void giveBack(Random random, SteppedGroups groups) {
        CompletableFuture<GroupService.Settled> unused =
                groups.service().nack("g", pick(random, receipts), random.nextBoolean() ? 0 : 3_000);
    }

    private void check() {
        for (Iterator<CompletableFuture<GroupService.Received>> i = asked.iterator(); i.hasNext(); ) {
            CompletableFuture<GroupService.Received> answer = i.next();
            if (answer.isDone()) {
                i.remove();
                if (!answer.isCompletedExceptionally()) {
                    note(answer.join().deliveries());
                }
            }
        }
    }

    private void note(List<Delivery> deliveries) {
        checker.check(deliveries.stream()
                .map(delivery -> (int) delivery.event().offset())
                .toList());
        deliveries.forEach(delivery -> receipts.put((int) delivery.event().offset(), delivery.receipt()));
    }

    /** Everything comes in the end, without time passing: what is free is handed out. */
    private void drain(SteppedGroups groups) {
        log.advance(100_000);
        if (mortal) {
            takeWhatIsOnItsWay(groups);
            log.advance(100_000);
            lookAfterTheDead(groups, true, true);
        }
        int rounds = 0;
        while (rounds < 100_000) {
            receipts.clear();
            receive(groups, 50, OptionalLong.empty(), 1 << 20, false);
            for (int i = 0; i < 20 && !asked.isEmpty(); i++) {
                groups.round();
                check();
            }
            if (receipts.isEmpty()) {
                return;
            }
            for (int offset : new TreeSet<>(receipts.keySet())) {
                settle(groups, offset);
            }
            groups.round();
            rounds++;
        }
    }
}
