package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupInspection.Messages;
import dev.penstock.broker.deliver.GroupInspection.Query;
import dev.penstock.broker.deliver.GroupInspection.Unsettled;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is out of a group, over the real machine. */
class GroupInspectionTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_790_000_000_000L), ZoneOffset.UTC);

    private final LogBatches batches = new LogBatches(1 << 20);
    private LocalLog log;
    private Events events;
    private GroupService groups;

    @BeforeEach
    void open() throws Exception {
        log = new LocalLog(new Machine(new InMemoryStore()));
        events = Events.open(log);
        groups = new GroupService(
                log,
                log,
                log,
                new EventReader(log, batches),
                batches,
                new ReceiptSeal("a secret of this cluster, 32 characters long"),
                Runnable::run,
                CLOCK,
                120_000);
        groups.create("g", "main", new StartPosition.Earliest(), GroupConfig.defaults())
                .get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    private List<String> receive(int max) throws Exception {
        return groups
                .receive(new ReceiveRequest("g", max, 0, OptionalLong.empty(), 64 << 20))
                .get(10, TimeUnit.SECONDS)
                .deliveries()
                .stream()
                .map(Delivery::receipt)
                .toList();
    }

    private Messages ask(Optional<State> state, long from, int limit) {
        return groups.messages(new Query("g", state, from, limit, false));
    }

    private static List<Long> offsets(Messages found) {
        return found.messages().stream().map(one -> one.message().offset()).toList();
    }

    @Test
    void shouldTellWhereEachMessageIsAndForHowLong() throws Exception {
        // given one in flight, one delayed, one ready, one settled, one never delivered
        events.insert(Events.ORDERS, 4);
        List<String> receipts = receive(4);
        events.insert(Events.CUSTOMERS, 1);
        groups.nack("g", receipts.subList(1, 2), 5_000).get();
        groups.nack("g", receipts.subList(2, 3), 0).get();
        groups.ack("g", receipts.subList(3, 4)).get();
        log.advanceOnly(1_250);

        // when
        Messages found = ask(Optional.empty(), 0, 100);

        // then
        assertThat(found.messages())
                .extracting(one -> one.message().state())
                .containsExactly(State.LEASED, State.DELAYED, State.READY);
        assertThat(found.messages())
                .extracting(Unsettled::remainingMillis)
                .containsExactly(OptionalLong.of(28_750), OptionalLong.of(3_750), OptionalLong.empty());
        assertThat(found.messages())
                .extracting(one -> one.message().deliveries())
                .containsExactly(1, 1, 1);
        assertThat(found.wallMillis()).isEqualTo(1_790_000_000_000L);
        assertThat(found.next()).isEmpty();
        RenderedEvent event = found.messages().get(0).event().orElseThrow();
        assertThat(event.table()).isEqualTo("orders");
        assertThat(event.json()).isEmpty();
        assertThat(offsets(ask(Optional.of(State.LEASED), 0, 100))).containsExactly(0L);
        assertThat(offsets(ask(Optional.of(State.DELAYED), 0, 100))).containsExactly(1L);
        assertThat(offsets(ask(Optional.of(State.READY), 0, 100))).containsExactly(2L);
        assertThat(offsets(ask(Optional.of(State.READY), 3, 100))).isEmpty();
    }

    @Test
    void shouldSayThatALeaseIsOverWhichNobodyHasEndedYet() throws Exception {
        events.insert(Events.ORDERS, 1);
        receive(1);
        log.advanceOnly(40_000);

        assertThat(ask(Optional.empty(), 0, 1).messages().get(0).remainingMillis())
                .hasValue(0);
    }

    @Test
    void shouldShowTheEventItselfIfAskedTo() throws Exception {
        events.insert(Events.ORDERS, 2);
        receive(2);

        Messages found = groups.messages(new Query("g", Optional.empty(), 1, 10, true));

        RenderedEvent event = found.messages().get(0).event().orElseThrow();
        String json = new String(event.json(), StandardCharsets.UTF_8);
        assertThat(json)
                .contains("\"id\":\"" + event.ulid() + "\"", "\"offset\":\"0000000000000001\"", "\"key\":{\"id\":2}");
        assertThat(ask(Optional.empty(), 1, 10)
                        .messages()
                        .get(0)
                        .event()
                        .orElseThrow()
                        .ulid())
                .isEqualTo(event.ulid());
    }

    @Test
    void shouldGoOnWhereThePageEnded() throws Exception {
        // given
        events.insert(Events.ORDERS, 7);
        List<String> receipts = receive(7);
        for (int i : List.of(1, 4, 5)) {
            groups.nack("g", receipts.subList(i, i + 1), 5_000).get();
        }

        // when, then
        for (Optional<State> state : List.of(Optional.<State>empty(), Optional.of(State.DELAYED))) {
            for (int limit = 1; limit < 9; limit++) {
                List<Long> all = new ArrayList<>();
                OptionalLong next = OptionalLong.of(0);
                while (next.isPresent()) {
                    Messages page = ask(state, next.getAsLong(), limit);
                    assertThat(page.messages()).hasSizeLessThanOrEqualTo(limit);
                    all.addAll(offsets(page));
                    next = page.next();
                }
                assertThat(all).isEqualTo(state.isEmpty() ? List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L) : List.of(1L, 4L, 5L));
            }
        }
        assertThat(ask(Optional.empty(), Long.MAX_VALUE, 10).messages()).isEmpty();
    }

    @Test
    void shouldLookAtSoManyRowsAndNoMore() throws Exception {
        // given one delayed message behind 21,000 that are in flight
        String last = "";
        for (int i = 0; i < 22; i++) {
            events.insert(Events.ORDERS, 1_000);
            List<String> receipts = receive(1_000);
            assertThat(receipts).hasSize(1_000);
            last = receipts.get(999);
        }
        groups.nack("g", List.of(last), 5_000).get();

        // when
        Messages first = ask(Optional.of(State.DELAYED), 0, 10);
        Messages second = ask(Optional.of(State.DELAYED), first.next().orElseThrow(), 10);

        // then
        assertThat(first.messages()).isEmpty();
        assertThat(first.next()).hasValue(GroupInspection.MAX_ROWS);
        assertThat(offsets(second)).containsExactly(21_999L);
        assertThat(second.next()).isEmpty();
    }

    @Test
    void shouldEndAPageWhenItsTimeIsOver() throws Exception {
        // given
        events.insert(Events.ORDERS, 5);
        receive(5);
        AtomicLong nanos = new AtomicLong();
        GroupInspection slow = new GroupInspection(log, log, batches, CLOCK, () -> nanos.addAndGet(400_000_000L));

        // when
        Messages found = slow.messages(new Query("g", Optional.empty(), 0, 10, false));

        // then
        assertThat(offsets(found)).hasSizeBetween(1, 4);
        assertThat(found.next()).hasValue(found.messages().size());
    }

    @Test
    void shouldForgetWhatASeekHasSettled() throws Exception {
        events.insert(Events.ORDERS, 3);
        receive(3);

        groups.seek("g", new StartPosition.Latest(), false).get();

        assertThat(ask(Optional.empty(), 0, 10).messages()).isEmpty();
    }

    @Test
    void shouldRefuseAnUnknownGroupAndOnAFollower() {
        assertThatThrownBy(() -> groups.messages(new Query("no", Optional.empty(), 0, 1, false)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.UNKNOWN_GROUP));
        log.lead(false);
        assertThatThrownBy(() -> ask(Optional.empty(), 0, 1))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.NO_LEADER));
    }
}
