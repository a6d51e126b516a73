package dev.penstock.broker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantPlannerTest {

    private static final long BYTES = 4 << 20;

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final Events events = Events.open(log);
    private final LogBatches batches = new LogBatches(1 << 20);

    @Test
    void shouldChainThePlansOfOneRound() {
        // given
        create(GroupConfig.defaults());
        events.insert(Events.ORDERS, 5);

        try (MachineView view = log.openView()) {
            GrantPlanner planner = planner(view, 0, 100);

            // when
            Plan first = planner.next(2, BYTES);
            planner.accept(first);
            Plan second = planner.next(10, BYTES);
            planner.accept(second);
            Plan third = planner.next(10, BYTES);

            // then
            assertThat(first.fresh()).containsExactly(0, 1);
            assertThat(second.previousScan()).isEqualTo(first.newScan());
            assertThat(second.fresh()).containsExactly(2, 3, 4);
            assertThat(third.messages()).isZero();
            assertThat(third.more()).isFalse();
        }
    }

    @Test
    void shouldHandOutReadyMessagesBeforeFreshOnes() {
        // given
        create(GroupConfig.defaults());
        events.insert(Events.ORDERS, 4);
        grant(2, 30_000);
        giveBack(1);

        try (MachineView view = log.openView()) {
            // when
            Plan plan = planner(view, 0, 100).next(10, BYTES);

            // then
            assertThat(plan.retries()).containsExactly(1);
            assertThat(plan.fresh()).containsExactly(2, 3);
        }
    }

    @Test
    void shouldStopAtTheByteLimitButAlwaysHandOutOne() {
        // given
        create(GroupConfig.defaults());
        events.insert(Events.ORDERS, 3);

        try (MachineView view = log.openView()) {
            // when
            Plan plan = planner(view, 0, 100).next(10, 1);

            // then
            assertThat(plan.fresh()).containsExactly(0);
            assertThat(plan.newScan()).isEqualTo(1);
            assertThat(plan.more()).isTrue();
        }
    }

    @Test
    void shouldKeepToTheInFlightLimitOverTheRound() {
        // given
        create(GroupConfig.defaults());
        events.insert(Events.ORDERS, 10);

        try (MachineView view = log.openView()) {
            GrantPlanner planner = planner(view, 0, 3);

            // when
            Plan first = planner.next(2, BYTES);
            Plan second = planner.next(2, BYTES);
            Plan third = planner.next(2, BYTES);

            // then
            assertThat(first.messages() + second.messages()).isEqualTo(3);
            assertThat(third.messages()).isZero();
        }
    }

    @Test
    void shouldNotJudgeAgainWhatWasJudgedUnderThisPlanVersion() {
        // given
        create(new GroupConfig(
                30_000,
                0,
                GroupConfig.Ordering.NONE,
                GroupConfig.Mode.CHANGES,
                List.of("public.orders"),
                List.of(),
                ""));
        events.insert(Events.CUSTOMERS, 500);
        events.insert(Events.ORDERS, 1);

        try (MachineView view = log.openView()) {
            // when
            Plan plan = planner(view, 500, 100).next(10, BYTES);

            // then
            assertThat(plan.previousScan()).isZero();
            assertThat(plan.fresh()).containsExactly(500);
        }
    }

    private GrantPlanner planner(MachineView view, long judgedTo, int maxInFlight) {
        GroupState group = view.group("g").orElseThrow();
        return new GrantPlanner(view, group, GroupFilter.compile(group.config()), batches, judgedTo, maxInFlight);
    }

    private void create(GroupConfig config) {
        log.submit(List.of(new Command.CreateGroup("g", streamId(), new StartPosition.Earliest(), config)))
                .join();
    }

    private int streamId() {
        try (MachineView view = log.openView()) {
            return view.stream("main").orElseThrow().id();
        }
    }

    private void grant(int max, long visibilityMillis) {
        try (MachineView view = log.openView()) {
            GroupState group = view.group("g").orElseThrow();
            Reply reply = log.submit(
                            List.of(planner(view, 0, 100).next(max, BYTES).grant(group, visibilityMillis)))
                    .join()
                    .replies()
                    .get(0);
            assertThat(reply).isInstanceOf(Reply.Granted.class);
        }
    }

    private void giveBack(long offset) {
        try (MachineView view = log.openView()) {
            GroupState group = view.group("g").orElseThrow();
            LeaseRef lease = view.unsettled(group, offset).orElseThrow().lease();
            log.submit(List.of(new Command.Nack(group.id(), group.generation(), List.of(lease), 0)))
                    .join();
        }
    }
}
