package dev.penstock.broker.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Filter;
import dev.penstock.broker.deliver.DeadLetterService.Listed;
import dev.penstock.broker.deliver.DeadLetterService.Move;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.DeadLetterService.Query;
import dev.penstock.broker.deliver.DeadLetterService.Selection;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.EventReader;
import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.deliver.ReceiptSeal;
import dev.penstock.broker.deliver.ScriptedSubmitter;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From the last failed delivery over the duty to what people see and do, over a real machine. */
class DeadLetterDutyTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final ScriptedSubmitter submitter = new ScriptedSubmitter(log);
    private final Events events = Events.open(log);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final LogBatches batches = new LogBatches(1 << 20);
    private final GroupService groups = new GroupService(
            log,
            log,
            log,
            new EventReader(log, batches),
            batches,
            new ReceiptSeal("a secret of this cluster, 32 characters long"),
            Runnable::run,
            Clock.systemUTC(),
            1_000);

    @AfterEach
    void stop() {
        groups.close();
        scheduler.shutdownNow();
    }

    private DeadLetterDuty duty() {
        return new DeadLetterDuty(submitter, log, scheduler, log.leadership().term(), System::nanoTime);
    }

    private void create(String name, Ordering ordering, int maxDeliveries) {
        GroupConfig usual = GroupConfig.defaults();
        GroupConfig config = new GroupConfig(
                usual.visibilityMillis(), maxDeliveries, ordering, usual.mode(), List.of(), List.of(), "");
        groups.create(name, "main", new StartPosition.Earliest(), config).join();
    }

    private Received receive(String group, int max) {
        return groups.receive(new ReceiveRequest(group, max, 0, OptionalLong.empty(), 64 << 20))
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static List<String> receipts(Received received) {
        return received.deliveries().stream()
                .map(delivery -> delivery.receipt())
                .toList();
    }

    private static List<Long> offsets(Received received) {
        return received.deliveries().stream()
                .map(delivery -> delivery.event().offset())
                .toList();
    }

    private void fail(String group, int messages) {
        groups.nack(group, receipts(receive(group, messages)), 0).join();
    }

    private GroupState state(String group) {
        return groups.describe(group).orElseThrow().group();
    }

    private Page list(String group) {
        return groups.deadLetters().list(new Query(group, 0, 1_000, true));
    }

    private static Selection all(String group, int max) {
        return new Selection(group, Filter.ALL, List.of(), 0, max);
    }

    private void awaitDead(String group, long count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> state(group).deadLetters() == count);
    }

    @Test
    void shouldKeepTheEventAsItWas() {
        // given
        create("g", Ordering.NONE, 2);
        events.insert(Events.ORDERS, 3);
        fail("g", 3);
        Received last = receive("g", 2);

        // when
        groups.nack("g", receipts(last), 60_000).join();
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("g", 2);
        }

        // then
        List<Listed> letters = list("g").letters();
        for (int i = 0; i < 2; i++) {
            assertThat(letters.get(i).event().json())
                    .isEqualTo(last.deliveries().get(i).event().json());
            assertThat(letters.get(i).letter().deliveries()).isEqualTo(2);
            assertThat(letters.get(i).letter().reason()).isEqualTo("max_deliveries");
        }
        assertThat(state("g").dying()).isZero();
        assertThat(state("g").ready()).isEqualTo(1);
        assertThat(groups.describe("g").orElseThrow().oldestDeadLetterWallMillis())
                .isPresent();
    }

    @Test
    void shouldTakeAnEventOfAnySize() {
        // given: random digits, which no compression makes small
        create("g", Ordering.NONE, 1);
        String digits = new Random(7)
                .ints(6_000_000, 0, 10)
                .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                .toString();
        events.insert(Events.ORDERS, "{\"blob\":\"" + digits + "\"}", "{\"id\":2}");

        // when
        fail("g", 2);
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("g", 2);
        }

        // then
        Page first = list("g");
        assertThat(first.letters()).hasSize(1);
        assertThat(first.letters().get(0).event().json().length).isGreaterThan(6_000_000);
        assertThat(first.next()).hasValue(1);
    }

    @Test
    void shouldGoOnInTheNextTermAndStoreNothingTwice() {
        // given: a proposal whose outcome the old leader never heard of
        create("g", Ordering.NONE, 1);
        events.insert(Events.ORDERS, 3);
        fail("g", 3);
        log.hold();
        try (DeadLetterDuty old = duty()) {
            assertThat(old).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> log.heldEntries() == 1);
        }

        // when
        log.lead(false);
        log.lead(true);
        try (DeadLetterDuty next = duty()) {
            assertThat(next).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> log.heldEntries() == 2);
            log.release(false);
            log.stopHolding();
            awaitDead("g", 3);
        }

        // then
        assertThat(list("g").letters())
                .extracting(listed -> listed.letter().offset())
                .containsExactly(0L, 1L, 2L);
        assertThat(state("g").unsettledRows()).isZero();
    }

    @Test
    void shouldTryAgainAfterARefusalAndAfterASubmissionThatThrew() {
        create("g", Ordering.NONE, 1);
        events.insert(Events.ORDERS, 1);
        fail("g", 1);
        submitter.breakDown();
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 2);
            submitter.refuse(NotDecided.Reason.DISK_FULL);
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 4);

            submitter.repair();

            awaitDead("g", 1);
        }
    }

    @Test
    void shouldServeEveryGroupThoughOneHasGenerationsThatEnded() {
        // given: rows of an ended generation that nobody sweeps
        create("first", Ordering.NONE, 1);
        create("second", Ordering.NONE, 1);
        events.insert(Events.ORDERS, 4);
        fail("first", 4);
        groups.seek("first", new StartPosition.Earliest(), false).join();
        fail("first", 1);
        fail("second", 2);

        // when
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("first", 1);
            awaitDead("second", 2);
        }

        // then
        assertThat(list("first").letters()).hasSize(1);
    }

    @Test
    void shouldDeliverWhatWasPutBackAsItWasAndCountAnew() {
        // given
        create("g", Ordering.NONE, 2);
        events.insert(Events.ORDERS, 2);
        Received first = receive("g", 1);
        groups.nack("g", receipts(first), 0).join();
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            fail("g", 1);
            awaitDead("g", 1);
        }

        // when
        Changed changed = groups.deadLetters().redrive(all("g", 10)).join();

        // then
        assertThat(changed.changed()).isEqualTo(1);
        assertThat(changed.next()).isEmpty();
        Received again = receive("g", 10);
        assertThat(offsets(again)).containsExactly(1L, 0L);
        assertThat(again.deliveries().get(1).event().json())
                .isEqualTo(first.deliveries().get(0).event().json());
        assertThat(again.deliveries().get(1).event().id())
                .isEqualTo(first.deliveries().get(0).event().id());
        assertThat(again.deliveries().get(1).deliveryCount()).isEqualTo(1);
        assertThat(groups.ack("g", receipts(again)).join().results()).containsExactly(ItemOutcome.OK, ItemOutcome.OK);
        assertThat(state("g").unsettledRows()).isZero();
        assertThat(list("g").letters()).isEmpty();
    }

    @Test
    void shouldPutBackWhatAFilterSelectsAPieceAtATime() {
        // given
        create("g", Ordering.NONE, 1);
        events.insert(Events.ORDERS, 3);
        events.insert(Events.CUSTOMERS, 3);
        events.insert(Events.ORDERS, "{\"id\":\"no number\"}");
        fail("g", 10);
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("g", 7);
        }
        Filter filter = new Filter(List.of("public.orders"), List.of("insert"), "record.id > 1");

        // when
        Changed one = groups.deadLetters()
                .redrive(new Selection("g", filter, List.of(), 0, 1))
                .join();
        Changed rest = groups.deadLetters()
                .redrive(new Selection("g", filter, List.of(), one.next().orElseThrow(), 100))
                .join();

        // then: an event on which the filter fails stays
        assertThat(one.changed()).isEqualTo(1);
        assertThat(rest.changed()).isEqualTo(1);
        assertThat(rest.next()).isEmpty();
        assertThat(offsets(receive("g", 10))).containsExactly(1L, 2L);
        assertThat(list("g").letters())
                .extracting(listed -> listed.letter().offset())
                .containsExactly(0L, 3L, 4L, 5L, 6L);
    }

    @Test
    void shouldPutBackAndDropByNumber() {
        create("g", Ordering.NONE, 1);
        events.insert(Events.ORDERS, 4);
        fail("g", 4);
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("g", 4);
        }

        Changed back = groups.deadLetters()
                .redrive(new Selection("g", Filter.ALL, List.of(3L, 1L, 99L, 3L), 0, 10))
                .join();
        Changed dropped = groups.deadLetters()
                .drop(new Selection("g", Filter.ALL, List.of(0L, 1L), 0, 10))
                .join();
        Changed purged = groups.deadLetters().drop(all("g", 10)).join();

        assertThat(back.changed()).isEqualTo(2);
        assertThat(dropped.changed()).isEqualTo(1);
        assertThat(purged.changed()).isEqualTo(1);
        assertThat(state("g").deadLetters()).isZero();
        assertThat(offsets(receive("g", 10))).containsExactly(1L, 3L);
    }

    @Test
    void shouldHoldBackLaterEventsOfItsKeyWhenItIsPutBackInAnOrderedGroup() {
        // given: the key of an event is its number here
        create("k", Ordering.KEY, 1);
        events.insert(Events.ORDERS, 2);
        fail("k", 1);
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("k", 1);
        }
        groups.deadLetters().redrive(all("k", 10)).join();

        // when
        Received received = receive("k", 10);

        // then: other keys go, and it goes
        assertThat(offsets(received)).containsExactlyInAnyOrder(0L, 1L);
        groups.ack("k", receipts(received)).join();
        assertThat(state("k").unsettledRows()).isZero();
    }

    @Test
    void shouldGoToTheGroupThatIsNamedAndBack() {
        // given: a group that has nothing of its own
        create("g", Ordering.NONE, 2);
        GroupConfig usual = GroupConfig.defaults();
        GroupConfig nothing = new GroupConfig(
                usual.visibilityMillis(), 0, Ordering.NONE, usual.mode(), List.of("no.table"), List.of(), "");
        groups.create("dead", "main", new StartPosition.Latest(), nothing).join();
        groups.update("g", new GroupChange.Builder().deadLetterGroup("dead").build())
                .join();
        events.insert(Events.ORDERS, 3);
        fail("g", 3);
        Received last = receive("g", 3);
        groups.nack("g", receipts(last), 0).join();

        // when
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> state("dead").ready() == 3);
        }

        // then
        Received dead = receive("dead", 2);
        assertThat(dead.deliveries().get(0).event().json())
                .isEqualTo(last.deliveries().get(0).event().json());
        assertThat(dead.deliveries().get(0).died()).hasValue(new Delivery.Died("g", 2));
        assertThat(dead.deliveries().get(0).deliveryCount()).isEqualTo(1);
        groups.ack("dead", receipts(dead).subList(0, 1)).join();

        // when: one is acked, one is out, one is there
        Changed moved = groups.deadLetters()
                .move(new Move("dead", Optional.empty(), 0, 10))
                .join();

        // then
        assertThat(moved.changed()).isEqualTo(1);
        assertThat(moved.next()).isEmpty();
        assertThat(offsets(receive("g", 10))).containsExactly(2L);
        groups.nack("dead", receipts(dead).subList(1, 2), 0).join();
        assertThat(groups.deadLetters()
                        .move(new Move("dead", Optional.of("g"), 0, 10))
                        .join()
                        .changed())
                .isEqualTo(1);
        assertThat(receive("g", 10).deliveries().get(0).died()).isEmpty();
        assertThat(state("dead").unsettledRows()).isZero();
    }

    @Test
    void shouldMoveAllPieceByPieceWhereverTheyAre() {
        // given: some kept from before there was a group to go to, some there
        create("g", Ordering.NONE, 1);
        create("dead", Ordering.NONE, 1);
        groups.seek("dead", new StartPosition.Latest(), false).join();
        events.insert(Events.ORDERS, 9);
        groups.seek("dead", new StartPosition.Latest(), false).join();
        groups.update("g", new GroupChange.Builder().deadLetterGroup("dead").build())
                .join();
        fail("g", 9);
        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> state("dead").ready() == 9);
        }
        fail("dead", 4);
        assertThat(state("dead").deadLetters()).isEqualTo(4);

        // when
        long moved = 0;
        OptionalLong next = OptionalLong.of(0);
        for (int i = 0; next.isPresent() && i < 20; i++) {
            Changed changed = groups.deadLetters()
                    .move(new Move("dead", Optional.of("g"), next.getAsLong(), 2))
                    .join();
            moved += changed.changed();
            next = changed.next();
        }

        // then
        assertThat(moved).isEqualTo(9);
        assertThat(next).isEmpty();
        assertThat(state("g").ready()).isEqualTo(9);
        assertThat(state("dead").deadLetters()).isZero();
    }

    @Test
    void shouldLoseNothingWhenTheLimitChangesAtAnyTime() {
        create("g", Ordering.NONE, 0);
        events.insert(Events.ORDERS, 2);
        fail("g", 2);
        fail("g", 2);
        groups.update("g", new GroupChange.Builder().maxDeliveries(1).build()).join();
        fail("g", 1);
        groups.update("g", new GroupChange.Builder().maxDeliveries(0).build()).join();
        fail("g", 1);

        try (DeadLetterDuty duty = duty()) {
            assertThat(duty).isNotNull();
            awaitDead("g", 1);
        }

        assertThat(state("g").ready()).isEqualTo(1);
        assertThat(new String(list("g").letters().get(0).event().json(), StandardCharsets.UTF_8))
                .contains("\"offset\":\"0000000000000000\"");
    }
}
