package dev.penstock.broker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mode rows: of several pending versions of a row only the newest, by the full key. */
class RowVersionsTest {

    private static final long BYTES = 1 << 20;

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final LogBatches batches = new LogBatches(1 << 20);
    private SourcePosition last = SourcePosition.ORIGIN;
    private long lsn = 0x100;

    @BeforeEach
    void open() {
        Events.open(log);
    }

    /** One batch of one event. */
    private void change(Action action, Route table, long hash, String key, String record) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        lsn += 0x10;
        last = new SourcePosition(1, new Lsn(lsn), 0);
        batch.add(new ChangeEvent(
                last,
                action,
                table,
                1_700_000_000_000_000L + lsn,
                7,
                hash,
                0,
                action == Action.TRUNCATE,
                record.getBytes(StandardCharsets.UTF_8),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                key.getBytes(StandardCharsets.UTF_8)));
        batch.endTransaction(new Lsn(lsn + 8));
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    private void update(long key) {
        change(Action.UPDATE, Events.ORDERS, key, "{\"id\":" + key + "}", "{\"id\":" + key + ",\"at\":" + lsn + "}");
    }

    private void create(String where) {
        log.submit(List.of(new Command.CreateGroup(
                        "g",
                        1,
                        new StartPosition.Earliest(),
                        new GroupConfig(
                                30_000,
                                0,
                                GroupConfig.Ordering.NONE,
                                GroupConfig.Mode.ROWS,
                                List.of(),
                                List.of(),
                                where))))
                .join();
    }

    private Plan plan(int max) {
        try (MachineView view = log.openView()) {
            GroupState group = view.group("g").orElseThrow();
            return new GrantPlanner(view, group, GroupFilter.of(group), batches, 0, 1_000, Long.MAX_VALUE)
                    .next(max, BYTES);
        }
    }

    @Test
    void shouldHandOutTheNewestOfSeveralPendingVersions() {
        create("");
        update(1);
        update(2);
        update(1);
        update(1);
        update(3);

        Plan plan = plan(10);

        assertThat(plan.fresh()).containsExactly(1, 3, 4);
        assertThat(plan.newScan()).isEqualTo(5);
    }

    @Test
    void shouldSupersedeByWhatThisPlanDoesNotReachToo() {
        create("");
        update(1);
        update(2);
        update(1);

        assertThat(plan(1).fresh()).containsExactly(1);
        assertThat(plan(1).newScan()).isEqualTo(2);
    }

    @Test
    void shouldTellRowsApartByTableAndFullKeyNotByHash() {
        create("");
        change(Action.INSERT, Events.ORDERS, 7, "{\"id\":1}", "{}");
        change(Action.INSERT, Events.CUSTOMERS, 7, "{\"id\":1}", "{}");
        change(Action.INSERT, Events.ORDERS, 7, "{\"id\":2}", "{}");

        assertThat(plan(10).fresh()).containsExactly(0, 1, 2);
    }

    @Test
    void shouldDeliverEveryRowWithoutAKey() {
        create("");
        change(Action.INSERT, Events.ORDERS, 0, "null", "{}");
        change(Action.INSERT, Events.ORDERS, 0, "null", "{}");

        assertThat(plan(10).fresh()).containsExactly(0, 1);
    }

    @Test
    void shouldDeliverNeitherDeletionsNorTruncatesAndLetThemSupersedeNothing() {
        create("");
        update(1);
        change(Action.DELETE, Events.ORDERS, 1, "{\"id\":1}", "{\"id\":1}");
        change(Action.TRUNCATE, Events.ORDERS, 0, "null", "null");
        change(Action.READ, Events.ORDERS, 2, "{\"id\":2}", "{\"id\":2}");

        Plan plan = plan(10);

        assertThat(plan.fresh()).containsExactly(0, 3);
        assertThat(plan.newScan()).isEqualTo(4);
    }

    @Test
    void shouldNotLetAVersionThatTheFilterLeavesOutSupersedeOneThatItWants() {
        create("record.status == 'paid'");
        change(Action.UPDATE, Events.ORDERS, 1, "{\"id\":1}", "{\"status\":\"paid\"}");
        change(Action.UPDATE, Events.ORDERS, 1, "{\"id\":1}", "{\"status\":\"sent\"}");

        assertThat(plan(10).fresh()).containsExactly(0);
    }

    @Test
    void shouldLookAheadSoFarAndNoFarther() {
        create("");
        update(1);
        update(5);
        for (int i = 2; i <= RowVersions.LOOK_AHEAD; i++) {
            update(1_000 + i);
        }
        update(5);
        update(1);

        long[] fresh = plan(1_000).fresh();

        assertThat(fresh[0]).as("1,002 events before the newer one").isEqualTo(0);
        assertThat(fresh[1]).as("1 is 1,000 events before the newer one").isEqualTo(2);
    }

    @Test
    void shouldRefuseAFilterThatNamesWhatIsNoRow() {
        GroupConfig config = new GroupConfig(
                30_000,
                0,
                GroupConfig.Ordering.NONE,
                GroupConfig.Mode.ROWS,
                List.of(),
                List.of("insert", "delete"),
                "");

        assertThatThrownBy(() -> GroupFilter.compile(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mode changes");
    }
}
