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
import java.util.ArrayList;
import java.util.Arrays;
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

    @Test
    void shouldHandOutExactlyTheMatchesOfAFilterByValue() {
        // given
        create(where("record.amount > 100 and record.status in ['paid', 'sent']"));
        String[] rows = new String[1_000];
        List<Long> wanted = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            String status = i % 3 == 0 ? "paid" : i % 3 == 1 ? "new" : "sent";
            rows[i] = "{\"id\":" + i + ",\"amount\":\"" + i % 200 + ".50\",\"status\":\"" + status + "\"}";
            if (i % 200 >= 100 && i % 3 != 1) {
                wanted.add((long) i);
            }
        }
        events.insert(Events.ORDERS, rows);

        try (MachineView view = log.openView()) {
            // when
            Plan plan = planner(view, 0, 10_000).next(10_000, BYTES);

            // then
            assertThat(plan.fresh())
                    .containsExactly(wanted.stream().mapToLong(Long::longValue).toArray());
            assertThat(plan.newScan()).isEqualTo(1_000);
            assertThat(plan.more()).isFalse();
        }
    }

    @Test
    void shouldHandOutWhatItsFilterFailsOnAndEveryGap() {
        // given
        create(where("record.amount > 100"));
        events.insert(Events.ORDERS, "{\"amount\":\"5\"}", "{\"amount\":\"five\"}", "{\"amount\":\"500\"}", "{}");

        try (MachineView view = log.openView()) {
            // when
            Plan plan = planner(view, 0, 100).next(10, BYTES);

            // then
            assertThat(plan.fresh()).containsExactly(1, 2);
            assertThat(plan.newScan()).isEqualTo(4);
        }
    }

    @Test
    void shouldAdvanceInSmallStepsOverValuesThatNeverMatch() {
        // given: more bytes than one round may read
        create(where("record.note == 'never'"));
        String row = "{\"note\":\"" + "x".repeat(10_000) + "\"}";
        String[] rows = new String[200];
        Arrays.fill(rows, row);
        for (int i = 0; i < 4; i++) {
            events.insert(Events.ORDERS, rows);
        }

        long scan = 0;
        int rounds = 0;
        try (MachineView view = log.openView()) {
            while (scan < 800) {
                // when
                Plan plan = planner(view, scan, 100).next(10, BYTES);

                // then
                assertThat(plan.messages()).isZero();
                assertThat(plan.newScan()).isGreaterThan(scan);
                assertThat(plan.newScan() - scan).isLessThan(250);
                assertThat(plan.more()).isEqualTo(plan.newScan() < 800);
                scan = plan.newScan();
                rounds++;
            }
        }
        assertThat(rounds).isBetween(4, 20);
    }

    @Test
    void shouldShareOneBudgetAmongThePlansOfARound() {
        // given: a match, then much that does not
        create(where("record.note != 'x'"));
        String[] rows = new String[20_000];
        Arrays.fill(rows, "{\"note\":\"x\",\"more\":\"" + "y".repeat(200) + "\"}");
        rows[0] = "{\"note\":\"match\"}";
        events.insert(Events.ORDERS, rows);

        try (MachineView view = log.openView()) {
            GrantPlanner planner = planner(view, 0, 100);

            // when
            Plan first = planner.next(1, BYTES);
            Plan second = planner.next(1, BYTES);

            // then
            assertThat(first.fresh()).containsExactly(0);
            assertThat(second.messages()).isZero();
            assertThat(second.newScan()).isLessThan(20_000);
            assertThat(second.more()).isTrue();
        }
    }

    private static GroupConfig where(String expression) {
        return new GroupConfig(
                30_000, 0, GroupConfig.Ordering.NONE, GroupConfig.Mode.CHANGES, List.of(), List.of(), expression);
    }

    private GrantPlanner planner(MachineView view, long judgedTo, int maxInFlight) {
        GroupState group = view.group("g").orElseThrow();
        return new GrantPlanner(
                view, group, GroupFilter.compile(group.config()), batches, judgedTo, maxInFlight, view.clockMillis());
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
