package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupServiceTest {

    private static final int MAX_IN_FLIGHT = 50;

    private LocalLog log;
    private Events events;
    private GroupService groups;

    @BeforeEach
    void open() {
        log = new LocalLog(new Machine(new InMemoryStore()));
        events = Events.open(log);
        groups = ServedGroups.over(log, MAX_IN_FLIGHT);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    @Test
    void shouldHandOutEventsInOrderWithTheirContent() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 3);

        // when
        Received received = receive("g", 10);

        // then
        assertThat(ServedGroups.offsets(received)).containsExactly(0L, 1L, 2L);
        assertThat(new String(received.deliveries().get(0).event().json(), StandardCharsets.UTF_8))
                .contains("\"offset\":\"0000000000000000\"")
                .contains("\"action\":\"insert\"")
                .contains("\"record\":{\"id\":1,\"note\":\"n1\"}")
                .contains("\"changes\":{}")
                .contains("\"unchanged\":[]")
                .contains("\"key\":{\"id\":1}");
        assertThat(received.deliveries().get(0).deliveryCount()).isEqualTo(1);
    }

    @Test
    void shouldNeverHandOutALeasedOrSettledMessageAgain() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 4);
        Received first = receive("g", 2);

        // when
        groups.ack("g", ServedGroups.receipts(first)).get();
        Received second = receive("g", 10);

        // then
        assertThat(ServedGroups.offsets(second)).containsExactly(2L, 3L);
        assertThat(ServedGroups.offsets(receive("g", 10))).isEmpty();
    }

    @Test
    void shouldWakeALongPollWhenAnEventIsAppended() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        CompletableFuture<Received> waiting = groups.receive(request("g", 10, 20_000));

        // when
        events.insert(Events.ORDERS, 1);

        // then
        assertThat(ServedGroups.offsets(waiting.get(5, TimeUnit.SECONDS))).containsExactly(0L);
    }

    @Test
    void shouldAnswerEmptyWhenTheWaitIsOver() throws Exception {
        // given
        create("g", GroupConfig.defaults());

        // when
        Received received = groups.receive(request("g", 10, 50)).get(5, TimeUnit.SECONDS);

        // then
        assertThat(received.deliveries()).isEmpty();
    }

    @Test
    void shouldGrantNothingToAClientKnownToBeGone() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        CompletableFuture<Received> gone = groups.receive(request("g", 10, 20_000));

        // when
        gone.cancel(false);
        events.insert(Events.ORDERS, 1);

        // then
        Received next = receive("g", 10);
        assertThat(ServedGroups.offsets(next)).containsExactly(0L);
        assertThat(next.deliveries().get(0).deliveryCount()).isEqualTo(1);
    }

    @Test
    void shouldReleaseUncountedWhatWasGrantedToAClientThatLeftMeanwhile() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        log.hold();
        CompletableFuture<Received> gone = groups.receive(request("g", 10, 20_000));
        awaitHeld(1);

        // when
        gone.cancel(false);
        log.stopHolding();

        // then
        Received next = groups.receive(request("g", 10, 5_000)).get(5, TimeUnit.SECONDS);
        assertThat(ServedGroups.offsets(next)).containsExactly(0L);
        assertThat(next.deliveries().get(0).deliveryCount()).isEqualTo(1);
    }

    @Test
    void shouldRedeliverAfterTheVisibilityTimeoutAndAcceptALateAck() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        Received first = receive("g", 1);

        // when
        log.advance(GroupConfig.DEFAULT_VISIBILITY_MILLIS);
        Received second = receive("g", 1);

        // then
        assertThat(second.deliveries().get(0).deliveryCount()).isEqualTo(2);
        assertThat(groups.extend("g", ServedGroups.receipts(first), 1_000, false)
                        .get()
                        .results())
                .containsExactly(ItemOutcome.LEASE_LOST);
        assertThat(groups.ack("g", ServedGroups.receipts(first)).get().results())
                .containsExactly(ItemOutcome.OK);
        assertThat(groups.ack("g", ServedGroups.receipts(second)).get().results())
                .containsExactly(ItemOutcome.OK);
    }

    @Test
    void shouldGiveBackWithADelay() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        groups.nack("g", ServedGroups.receipts(receive("g", 1)), 5_000).get();

        // when
        Received early = receive("g", 1);
        log.advance(5_000);
        Received due = receive("g", 1);

        // then
        assertThat(early.deliveries()).isEmpty();
        assertThat(ServedGroups.offsets(due)).containsExactly(0L);
    }

    @Test
    void shouldVoidOldReceiptsAfterASeekAndDeliverAgain() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 2);
        Received first = receive("g", 2);
        groups.ack("g", ServedGroups.receipts(first)).get();

        // when
        GroupService.Sought sought =
                groups.seek("g", new StartPosition.AtOffset(1), false).get();

        // then
        assertThat(sought.to()).isEqualTo(1);
        assertThat(sought.events()).isEqualTo(1);
        assertThat(groups.ack("g", ServedGroups.receipts(first)).get().results())
                .containsExactly(ItemOutcome.SOUGHT_PAST, ItemOutcome.LEASE_LOST);
        assertThat(ServedGroups.offsets(receive("g", 10))).containsExactly(1L);
    }

    @Test
    void shouldRefuseForgedForeignAndGarbageReceipts() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        create("other", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        String receipt = ServedGroups.receipts(receive("g", 1)).get(0);
        String foreign = ServedGroups.receipts(receive("other", 1)).get(0);
        String forged = (receipt.charAt(20) == 'A' ? "B" : "A") + receipt.substring(1);

        // when
        List<ItemOutcome> results = groups.ack("g", List.of("garbage", foreign, forged, receipt))
                .get()
                .results();

        // then
        assertThat(results)
                .containsExactly(ItemOutcome.INVALID, ItemOutcome.INVALID, ItemOutcome.INVALID, ItemOutcome.OK);
    }

    @Test
    void shouldSayThatAnOutcomeIsUnknownWhenTheLogDoesNotAnswer() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        log.hold();
        CompletableFuture<Received> receive = groups.receive(request("g", 1, 20_000));
        awaitHeld(1);

        // when
        log.release(false);

        // then
        assertThatThrownBy(receive::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.OUTCOME_UNKNOWN));
    }

    @Test
    void shouldRefuseThoseWaitingWhenLeadershipIsLost() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        CompletableFuture<Received> waiting = groups.receive(request("g", 1, 20_000));

        // when
        log.lead(false);

        // then
        assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.NO_LEADER));
    }

    @Test
    void shouldRefuseClearlyAtTheInFlightLimit() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, MAX_IN_FLIGHT + 10);
        assertThat(receive("g", 1_000).deliveries()).hasSize(MAX_IN_FLIGHT);

        // when
        CompletableFuture<Received> beyond = groups.receive(request("g", 1, 1_000));

        // then
        assertThatThrownBy(() -> beyond.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.IN_FLIGHT_LIMIT));
    }

    @Test
    void shouldServeManyWaitingReceivesFromOneAppendWithoutOverlap() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        List<CompletableFuture<Received>> waiting = new java.util.ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(groups.receive(request("g", 3, 20_000)));
        }

        // when
        events.insert(Events.ORDERS, 30);

        // then
        List<Long> all = new java.util.ArrayList<>();
        for (CompletableFuture<Received> one : waiting) {
            all.addAll(ServedGroups.offsets(one.get(5, TimeUnit.SECONDS)));
        }
        assertThat(all).hasSize(30).doesNotHaveDuplicates();
    }

    @Test
    void shouldDeleteAGroupThatIsSoughtMeanwhile() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        log.hold();
        CompletableFuture<?> sought = groups.seek("g", new StartPosition.Earliest(), false);
        CompletableFuture<Long> deleted = groups.delete("g");

        // when: both are in the log, in this order
        log.stopHolding();

        // then
        assertThat(sought).succeedsWithin(Duration.ofSeconds(5));
        assertThat(deleted).succeedsWithin(Duration.ofSeconds(5));
        assertThat(groups.describe("g")).isEmpty();
    }

    @Test
    void shouldSeekAGroupThatIsSoughtMeanwhile() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 3);
        log.hold();
        CompletableFuture<?> first = groups.seek("g", new StartPosition.Earliest(), false);
        CompletableFuture<GroupService.Sought> second = groups.seek("g", new StartPosition.AtOffset(2), false);

        // when
        log.stopHolding();

        // then
        assertThat(first).succeedsWithin(Duration.ofSeconds(5));
        assertThat(second.get(5, TimeUnit.SECONDS).to()).isEqualTo(2);
    }

    @Test
    void shouldTellBeforehandWhatASeekWillTell() throws Exception {
        // given: the floor is below the scan position
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 5);
        receive("g", 3);

        // when
        GroupService.Sought rehearsed =
                groups.seek("g", new StartPosition.AtOffset(4), true).get();
        GroupService.Sought done =
                groups.seek("g", new StartPosition.AtOffset(4), false).get();

        // then
        assertThat(rehearsed.from()).isEqualTo(3).isEqualTo(done.from());
        assertThat(rehearsed.to()).isEqualTo(done.to());
        assertThat(rehearsed.events()).isEqualTo(done.events());
    }

    @Test
    void shouldCarryTheIndexAtWhichTheLogRefused() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        CompletableFuture<?> other = groups.create("g", "main", new StartPosition.Latest(), GroupConfig.defaults());

        // then
        assertThatThrownBy(other::get).cause().isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(Refused.Code.GROUP_EXISTS);
            assertThat(refused.logIndex()).hasValue(log.appliedIndex());
        });
        assertThatThrownBy(() -> groups.delete("nobody").get())
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.logIndex()).isEmpty());
    }

    /** It still takes itself for the leader; a seek of its successor is committed, but not yet applied here. */
    @Test
    void shouldNotJudgeAReceiptOfALaterGenerationByAnOldView() throws Exception {
        // given
        create("g", GroupConfig.defaults());
        events.insert(Events.ORDERS, 2);
        groups.seek("g", new StartPosition.Earliest(), false).get();
        List<String> receipts = ServedGroups.receipts(receive("g", 2));

        // when: an older view than the receipts are of
        LocalLog old = new LocalLog(new Machine(new InMemoryStore()));
        Events.open(old).insert(Events.ORDERS, 2);
        GroupService deposed = ServedGroups.over(old, MAX_IN_FLIGHT);
        deposed.create("g", "main", new StartPosition.Earliest(), GroupConfig.defaults())
                .get();
        old.hold();
        CompletableFuture<GroupService.Settled> acked = deposed.ack("g", receipts);

        // then: the log is asked, and says nothing
        assertThat(acked).isNotDone();
        old.drop();
        assertThatThrownBy(acked::get)
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.OUTCOME_UNKNOWN));
        deposed.close();
    }

    @Test
    void shouldJudgeAReceiptOfALaterGenerationOnceTheLogAnswered() throws Exception {
        // given: two groups, the receipts are of the later one
        create("g", GroupConfig.defaults());
        create("later", GroupConfig.defaults());
        events.insert(Events.ORDERS, 1);
        List<String> receipts = ServedGroups.receipts(receive("later", 1));

        // when
        GroupService.Settled settled = groups.ack("g", receipts).get(5, TimeUnit.SECONDS);

        // then
        assertThat(settled.results()).containsExactly(ItemOutcome.INVALID);
        assertThat(groups.ack("later", receipts).get(5, TimeUnit.SECONDS).results())
                .containsExactly(ItemOutcome.OK);
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

    private void awaitHeld(int entries) {
        org.awaitility.Awaitility.await().atMost(5, TimeUnit.SECONDS).until(() -> log.heldEntries() >= entries);
    }
}
