package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Plans of an ordered group that break off in the middle. */
class FailedPlanTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final FailingState state = new FailingState(log);
    private final SteppedGroups stepped = new SteppedGroups(
            log,
            log,
            state,
            new LogBatches(1),
            new ReceiptSeal("a secret of this cluster, 32 characters long"),
            Runnable::run,
            Clock.systemUTC(),
            50,
            () -> 0);

    private CompletableFuture<Received> receive() {
        return stepped.service().receive(new ReceiveRequest("g", 10, 0, OptionalLong.empty(), 4 << 20));
    }

    private List<Delivery> answer(CompletableFuture<Received> receive) {
        for (int i = 0; i < 5; i++) {
            stepped.round();
        }
        return receive.join().deliveries();
    }

    private static List<Long> offsets(List<Delivery> deliveries) {
        return deliveries.stream().map(delivery -> delivery.event().offset()).toList();
    }

    @Test
    void shouldStillHandOutWhatWaited() {
        // given: one message under lease, and one that waits behind it
        KeyedEvents events = new KeyedEvents(log, new Random(1), 1);
        GroupConfig config = new GroupConfig(
                30_000, 0, GroupConfig.Ordering.KEY, GroupConfig.Mode.CHANGES, List.of(), List.of(), "");
        stepped.service()
                .create("g", "main", new StartPosition.Earliest(), config)
                .join();
        events.append(1, 1);
        String receipt = answer(receive()).get(0).receipt();
        events.append(1, 1);
        events.append(2, 1);
        assertThat(offsets(answer(receive()))).containsExactly(2L);
        events.append(3, 1);
        stepped.service().ack("g", List.of(receipt)).join();

        // when
        CompletableFuture<Received> unlucky = receive();
        state.failFrom(3);
        assertThatThrownBy(stepped::round).isInstanceOf(IllegalStateException.class);
        state.failFrom(Long.MAX_VALUE);

        // then: the next one has both planned
        CompletableFuture<Received> unused = receive();
        assertThat(offsets(answer(unlucky))).containsExactly(1L, 3L);
    }
}
