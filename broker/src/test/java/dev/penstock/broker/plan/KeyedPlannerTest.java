package dev.penstock.broker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans of an ordered group, applied to a machine; the backlog is that of one leader unless a test makes a new one. */
class KeyedPlannerTest {

    private static final Route ORDERS = Route.table("public", "orders", List.of("id"));
    private static final Route CUSTOMERS = Route.table("public", "customers", List.of("id"));
    private static final long TRUNCATE = -1;
    private static final long BYTES = 4 << 20;

    private final Machine machine = new Machine(new InMemoryStore());
    private final LocalLog log = new LocalLog(machine);
    private final LogBatches batches = new LogBatches(8 << 20);
    private SourcePosition last = SourcePosition.ORIGIN;
    private @Nullable KeyBacklog backlog;
    private long planVersion;

    @BeforeEach
    void openGroup() {
        log.onApplied(applied -> applied.freedKeys().forEach((id, keys) -> {
            KeyBacklog known = backlog;
            if (known != null) {
                keys.forEach(known::freed);
            }
        }));
        log.submit(List.of(new Command.SourceIntent("main", "shop", "slot", "pub")))
                .join();
        log.submit(List.of(new Command.SourceReady(1, "7", 1, new Lsn(1)))).join();
        GroupConfig config = new GroupConfig(
                30_000, 0, GroupConfig.Ordering.KEY, GroupConfig.Mode.CHANGES, List.of("public.*"), List.of(), "");
        log.submit(List.of(new Command.CreateGroup("g", 1, new StartPosition.Earliest(), config)))
                .join();
    }

    private void append(long... keys) {
        append(ORDERS, Action.UPDATE, keys);
    }

    private void append(Route table, Action action, long... keys) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        for (long key : keys) {
            last = new SourcePosition(1, new Lsn(last.commitLsn().value() + 1), 0);
            batch.add(new ChangeEvent(
                    last,
                    key == TRUNCATE ? Action.TRUNCATE : action,
                    table,
                    1_000,
                    1,
                    key == TRUNCATE ? 0 : key,
                    0,
                    key == TRUNCATE,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT));
        }
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    private void newLeader() {
        backlog = null;
    }

    private GroupState group() {
        try (MachineView view = log.openView()) {
            return view.group("g").orElseThrow();
        }
    }

    /** One receive: plans until something is handed out or there is nothing more to look at. */
    private List<LeaseRef> receive(int max) {
        while (true) {
            Plan plan;
            GroupState group;
            try (MachineView view = log.openView()) {
                group = view.group("g").orElseThrow();
                KeyBacklog known = backlog;
                if (known == null || known.scan() != group.scan() || planVersion != group.planVersion()) {
                    planVersion = group.planVersion();
                    known = KeyBacklog.open(view, group);
                    backlog = known;
                }
                KeyedPlanner planner = new KeyedPlanner(
                        view, group, GroupFilter.compile(group.config()), batches, known, 120_000, view.clockMillis());
                plan = planner.next(max, BYTES);
                if (plan.messages() == 0 && !plan.isWorthAnEntry()) {
                    if (plan.more()) {
                        continue;
                    }
                    return List.of();
                }
                planner.accept(plan);
            }
            Reply reply = log.submit(List.of(plan.grant(group, 30_000)))
                    .join()
                    .replies()
                    .get(0);
            assertThat(reply).isInstanceOf(Reply.Granted.class);
            if (reply instanceof Reply.Granted granted && granted.offsets().length > 0) {
                List<LeaseRef> leases = new ArrayList<>();
                for (int i = 0; i < granted.offsets().length; i++) {
                    leases.add(new LeaseRef(granted.offsets()[i], granted.leaseIndex(), granted.firstOrdinal() + i));
                }
                return leases;
            }
        }
    }

    private static List<Long> offsets(List<LeaseRef> leases) {
        return leases.stream().map(LeaseRef::offset).toList();
    }

    private void ack(List<LeaseRef> leases) {
        GroupState group = group();
        log.submit(List.of(new Command.Ack(group.id(), group.generation(), leases)))
                .join();
    }

    @Test
    void shouldHandOutOtherKeysWhileOneWaitsAndThenTheRestOfItInOrder() {
        append(1, 1, 2, 1, 3);
        List<LeaseRef> first = receive(1);

        assertThat(offsets(first)).containsExactly(0L);
        assertThat(offsets(receive(10))).containsExactly(2L, 4L);
        assertThat(receive(10)).isEmpty();
        assertThat(group().parked()).isEqualTo(1);
        ack(first);
        assertThat(offsets(receive(10))).containsExactly(1L, 3L);
        assertThat(group().parked()).isZero();
    }

    /** Promise 7: Ordered groups deliver each key in order. */
    @Test
    void shouldKnowWhatWaitsAfterAFailOver() {
        append(1, 1, 2, 1, 3);
        List<LeaseRef> first = receive(1);
        receive(10);
        append(1, 2, 1);
        newLeader();

        assertThat(receive(10)).isEmpty();
        ack(first);
        assertThat(offsets(receive(10))).containsExactly(1L, 3L, 5L, 7L);
    }

    @Test
    void shouldLetATruncatePassAloneAndHoldBackWhatFollows() {
        append(1, 2, TRUNCATE, 1, 0, 3);
        List<LeaseRef> rows = receive(10);

        assertThat(offsets(rows)).containsExactly(0L, 1L);
        ack(rows.subList(0, 1));
        assertThat(receive(10)).isEmpty();
        newLeader();
        ack(rows.subList(1, 2));
        List<LeaseRef> truncate = receive(10);
        assertThat(offsets(truncate)).containsExactly(2L);
        assertThat(receive(10)).isEmpty();
        ack(truncate);
        assertThat(offsets(receive(10))).containsExactly(3L, 4L, 5L);
    }

    /** "A blocked key blocks no other, even with a million events behind it." */
    @Test
    void shouldServeOtherKeysBehindMoreEventsOfABlockedKeyThanItRemembers() {
        append(1);
        List<LeaseRef> first = receive(1);
        int batchesOfOne = KeyBacklog.MAX_INDEXED / 10_000 + 10;
        for (int i = 0; i < batchesOfOne; i++) {
            long[] keys = new long[10_000];
            Arrays.fill(keys, 1);
            keys[9_999] = 2L + i;
            append(keys);
        }
        List<LeaseRef> others = new ArrayList<>();
        for (List<LeaseRef> some = receive(10); !some.isEmpty(); some = receive(10)) {
            others.addAll(some);
        }

        assertThat(others).hasSize(batchesOfOne);
        assertThat(group().parked()).isEqualTo(1);
        ack(first);
        long next = 1;
        long handedOut = 0;
        for (List<LeaseRef> some = receive(1_000); !some.isEmpty(); some = receive(1_000)) {
            for (long offset : offsets(some)) {
                assertThat(offset).isGreaterThanOrEqualTo(next);
                next = offset + 1;
            }
            handedOut += some.size();
            ack(some);
        }
        assertThat(handedOut).isEqualTo(batchesOfOne * 9_999L);
        assertThat(group().parked()).isZero();
        assertThat(Objects.requireNonNull(backlog).keys()).isZero();
    }

    @Test
    void shouldWaitBehindBothKeysOfAChangeOfKey() {
        append(1, 2);
        List<LeaseRef> two = receive(2);
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        last = new SourcePosition(1, new Lsn(last.commitLsn().value() + 1), 0);
        batch.add(new ChangeEvent(
                last,
                Action.UPDATE,
                ORDERS,
                1_000,
                1,
                2,
                1,
                false,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT));
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
        append(1, 2);

        assertThat(receive(10)).isEmpty();
        ack(two.subList(0, 1));
        assertThat(receive(10)).isEmpty();
        ack(two.subList(1, 2));
        assertThat(offsets(receive(10))).containsExactly(2L, 3L, 4L);
    }

    private void giveBack(List<LeaseRef> leases) {
        GroupState group = group();
        log.submit(List.of(new Command.Nack(group.id(), group.generation(), leases, 0)))
                .join();
    }

    private void onlyActions(String... actions) {
        GroupState group = group();
        GroupChange change = new GroupChange.Builder()
                .filter(new GroupChange.Filter(List.of("public.*"), List.of(actions), ""))
                .build();
        log.submit(List.of(new Command.UpdateGroup(group.id(), group.generation(), group.planVersion(), change)))
                .join();
    }

    private static long[] times(int count, long key) {
        long[] keys = new long[count];
        Arrays.fill(keys, key);
        return keys;
    }

    /** Keys that came to wait behind what is not remembered of a blocked one. */
    @Test
    void shouldHandOutWhatWaitedOfOtherKeysWhileABlockedKeyHasMoreThanItRemembers() {
        append(1);
        receive(1);
        for (int i = 0; i < KeyBacklog.MAX_INDEXED / 10_000 + 1; i++) {
            append(times(10_000, 1));
        }
        append(2, 2, 2);
        List<LeaseRef> second = receive(1);
        assertThat(receive(10)).isEmpty();
        ack(second);

        assertThat(receive(10)).hasSize(2);
    }

    /** What the state knows of a key that waits is a lower bound: no grant may be refused for it for ever. */
    @Test
    void shouldLetATruncatePassWhenTheFilterNoLongerMatchesWhatWaitedBeforeIt() {
        append(1, 1, TRUNCATE);
        append(ORDERS, Action.DELETE, 1);
        List<LeaseRef> first = receive(1);
        append(CUSTOMERS, Action.UPDATE, 50);
        ack(receive(10));
        assertThat(group().parked()).isEqualTo(2);

        onlyActions("truncate", "delete");
        ack(first);

        List<LeaseRef> truncate = receive(10);
        assertThat(offsets(truncate)).containsExactly(2L);
        ack(truncate);
        assertThat(offsets(receive(10))).containsExactly(3L);
    }

    /** "It concerns offsets from the scan position on": what a filter left out does not come back out of order. */
    @Test
    void shouldNotBringBackATruncateThatWasLeftOutBeforeLaterRowsWentOut() {
        append(1, TRUNCATE, 1, 0);
        List<LeaseRef> first = receive(1);
        append(CUSTOMERS, Action.UPDATE, 50);
        ack(receive(10));
        assertThat(group().parked()).isEqualTo(2);

        onlyActions("update");
        ack(first);
        List<LeaseRef> second = receive(1);
        assertThat(offsets(second)).containsExactly(2L);
        ack(second);
        onlyActions("update", "truncate");

        assertThat(offsets(receive(10))).containsExactly(3L);
    }

    /** "A blocked key blocks no other." */
    @Test
    void shouldFindWhatWasGivenBackBehindManyThatAreHeldBack() {
        for (long key = 1; key <= 3; key++) {
            append(times(1_000, key));
            List<LeaseRef> all = receive(1_000);
            giveBack(all.subList(1, 1_000));
        }
        append(4);
        List<LeaseRef> free = receive(10);
        assertThat(free).hasSize(1);
        giveBack(free);

        assertThat(offsets(receive(10))).containsExactly(3_000L);
        assertThat(receive(10)).isEmpty();
    }
}
