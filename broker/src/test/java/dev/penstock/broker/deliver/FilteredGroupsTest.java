package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a group's filter lets through, and what becomes of events on which it fails. */
class FilteredGroupsTest {

    private LocalLog log;
    private Events events;
    private GroupService groups;

    @BeforeEach
    void open() {
        log = new LocalLog(new Machine(new InMemoryStore()));
        events = Events.open(log);
        groups = ServedGroups.over(log, 50);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    private void create(String name, GroupConfig config) throws Exception {
        groups.create(name, "main", new StartPosition.Earliest(), config).get();
    }

    private Received receive(String group, int max) throws Exception {
        return groups.receive(request(group, max, 0)).get(5, TimeUnit.SECONDS);
    }

    private static ReceiveRequest request(String group, int max, long waitMillis) {
        return new ReceiveRequest(group, max, waitMillis, OptionalLong.empty(), 4 << 20);
    }

    @Test
    void shouldMarkAndCountWhatItsFilterFailsOnAtEveryDelivery() throws Exception {
        // given
        create("g", where("record.amount > 100"));
        events.insert(Events.ORDERS, "{\"amount\":\"500\"}", "{\"amount\":\"5\"}", "{\"amount\":\"five\"}");

        // when
        Received received = receive("g", 10);

        // then
        assertThat(ServedGroups.offsets(received)).containsExactly(0L, 2L);
        assertThat(received.deliveries().get(0).filterError()).isEmpty();
        assertThat(received.deliveries().get(1).filterError())
                .hasValue("line 1, column 1 (record.amount): expected a number, but this is text that reads as none");
        assertThat(groups.describe("g").orElseThrow().filterFailures()).isEqualTo(1);

        // when: it comes again
        groups.nack("g", ServedGroups.receipts(received), 0).get();
        Received again = receive("g", 10);

        // then: marked again, counted once
        assertThat(again.deliveries().get(1).filterError()).isPresent();
        assertThat(groups.list().get(0).filterFailures()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAGroupWhoseFilterIsNoExpression() {
        assertThatThrownBy(() -> create("g", where("recrod.amount > 100")))
                .hasMessageContaining("line 1, column 1: unknown name 'recrod', did you mean 'record'?")
                .hasMessageContaining("\nrecrod.amount > 100\n^^^^^^");
    }

    @Test
    void shouldServeOtherGroupsWhenItCannotReadTheFilterOfOne() throws Exception {
        // given: a group that a newer version made
        create("g", GroupConfig.defaults());
        int stream = groups.describe("g").orElseThrow().group().streamId();
        log.submit(List.of(
                        new Command.CreateGroup("newer", stream, new StartPosition.Earliest(), where("record.a =~ 1"))))
                .get();
        events.insert(Events.ORDERS, 1);

        // when
        CompletableFuture<Received> refused = groups.receive(request("newer", 1, 20_000));

        // then
        assertThatThrownBy(refused::get)
                .cause()
                .hasMessageContaining("this node cannot read the filter of group 'newer': line 1, column 10");
        assertThat(ServedGroups.offsets(receive("g", 1))).containsExactly(0L);
    }

    @Test
    void shouldMoveTheScanOverValuesThatNeverMatch() throws Exception {
        // given
        create("g", where("record.note == 'never'"));
        for (int i = 0; i < 6; i++) {
            events.insert(Events.ORDERS, 1_000);
        }

        // when
        Received received = groups.receive(request("g", 10, 50)).get(10, TimeUnit.SECONDS);

        // then: replicated, so that another leader need not begin again
        assertThat(received.deliveries()).isEmpty();
        assertThat(groups.describe("g").orElseThrow().group().scan()).isGreaterThan(4_000);
    }

    @Test
    void shouldOnlyDeliverWhatTheFilterWantsAndMoveItsScanPastTheRest() throws Exception {
        // given
        create(
                "g",
                new GroupConfig(
                        30_000,
                        0,
                        GroupConfig.Ordering.NONE,
                        GroupConfig.Mode.CHANGES,
                        List.of("public.orders"),
                        List.of(),
                        ""));
        events.insert(Events.CUSTOMERS, 10_000);
        events.insert(Events.ORDERS, 1);
        events.insert(Events.CUSTOMERS, 5_000);

        // when
        Received received = receive("g", 10);
        groups.receive(request("g", 1, 100)).get(5, TimeUnit.SECONDS);

        // then
        assertThat(ServedGroups.offsets(received)).containsExactly(10_000L);
        assertThat(groups.describe("g").orElseThrow().group().scan()).isEqualTo(15_001L);
    }

    private static GroupConfig where(String expression) {
        return new GroupConfig(
                30_000, 0, GroupConfig.Ordering.NONE, GroupConfig.Mode.CHANGES, List.of(), List.of(), expression);
    }
}
