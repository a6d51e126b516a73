package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of a group while consumers wait for it. */
class GroupChangesTest {

    private LocalLog log;
    private Events events;
    private GroupService groups;

    @BeforeEach
    void open() throws Exception {
        log = new LocalLog(new Machine(new InMemoryStore()));
        events = Events.open(log);
        groups = ServedGroups.over(log, 50);
        groups.create("g", "main", new StartPosition.Earliest(), GroupConfig.defaults())
                .get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    private CompletableFuture<Received> waiting(long waitMillis) {
        return groups.receive(new ReceiveRequest("g", 10, waitMillis, OptionalLong.empty(), 1 << 20));
    }

    private Received receive() throws Exception {
        return waiting(0).get(5, TimeUnit.SECONDS);
    }

    private GroupService.Updated change(GroupChange.Builder change) throws Exception {
        return groups.update("g", change.build()).get(5, TimeUnit.SECONDS);
    }

    @Test
    void shouldGrantNothingWhilePausedAndGoOnAtOnceAfterwards() throws Exception {
        // given a long poll that found nothing yet
        CompletableFuture<Received> waiting = waiting(20_000);
        assertThat(change(new GroupChange.Builder().paused(true)).group().paused())
                .isTrue();

        // when
        events.insert(Events.ORDERS, 2);
        assertThat(receive().deliveries()).isEmpty();
        assertThat(waiting(50).get(5, TimeUnit.SECONDS).deliveries()).isEmpty();
        assertThat(waiting.isDone()).isFalse();
        change(new GroupChange.Builder().paused(false));

        // then
        assertThat(ServedGroups.offsets(waiting.get(5, TimeUnit.SECONDS))).containsExactly(0L, 1L);
    }

    @Test
    void shouldRefuseAChangeThatIsNoGroupTogetherWithWhatIsThere() throws Exception {
        change(new GroupChange.Builder().filter(new GroupChange.Filter(List.of(), List.of("delete"), "")));

        assertThatThrownBy(() -> change(new GroupChange.Builder().mode(GroupConfig.Mode.ROWS)))
                .hasCauseInstanceOf(Refused.class)
                .hasMessageContaining("no action delete or truncate");
        events.insert(Events.ORDERS, 1);
        assertThat(receive().deliveries()).isEmpty();
    }

    @Test
    void shouldSettleAndExpireWhilePaused() throws Exception {
        events.insert(Events.ORDERS, 1);
        Received received = receive();
        change(new GroupChange.Builder().paused(true));

        assertThat(groups.ack("g", ServedGroups.receipts(received)).get().results())
                .containsExactly(ItemOutcome.OK);
    }

    @Test
    void shouldServeThoseWaitingByAnotherFilterAtOnce() throws Exception {
        // given
        change(new GroupChange.Builder().filter(new GroupChange.Filter(List.of("public.orders"), List.of(), "")));
        events.insert(Events.CUSTOMERS, 3);
        CompletableFuture<Received> waiting = waiting(20_000);
        assertThat(receive().deliveries()).isEmpty();

        // when the filter lets all through: what was skipped in memory only is looked at again
        change(new GroupChange.Builder().filter(new GroupChange.Filter(List.of(), List.of(), "")));

        // then
        assertThat(ServedGroups.offsets(waiting.get(5, TimeUnit.SECONDS))).containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldRefuseAFilterThatCannotBeUnderstood() throws Exception {
        assertThatThrownBy(() ->
                        change(new GroupChange.Builder().filter(new GroupChange.Filter(List.of("x"), List.of(), ""))))
                .hasCauseInstanceOf(Refused.class);
        assertThat(groups.describe("g").orElseThrow().group().config()).isEqualTo(GroupConfig.defaults());
    }

    @Test
    void shouldTellTags() throws Exception {
        change(new GroupChange.Builder().tags(Map.of("b", "2", "a", "1")));

        assertThat(groups.tags("g").orElseThrow().tags()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(groups.tags("no")).isEmpty();
    }
}
