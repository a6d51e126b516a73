package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.GroupInspection.Parked;
import dev.penstock.broker.deliver.GroupInspection.ParkedQuery;
import dev.penstock.broker.deliver.GroupInspection.Place;
import dev.penstock.broker.deliver.GroupInspection.Waiting;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why keys wait, over the real planner and machine. */
class WaitingReasonsTest {

    private static final long KEY = 1_000_000;

    private final Map<Long, String> receipts = new HashMap<>();
    private final Random random = new Random(1);
    private LocalLog log;
    private KeyedEvents events;
    private GroupService groups;

    @BeforeEach
    void open() throws Exception {
        log = new LocalLog(new Machine(new InMemoryStore()));
        events = new KeyedEvents(log, random, 5);
        LogBatches batches = new LogBatches(1 << 20);
        groups = new GroupService(
                log,
                log,
                log,
                new EventReader(log, batches),
                batches,
                new ReceiptSeal("a secret of this cluster, 32 characters long"),
                Runnable::run,
                Clock.systemUTC(),
                1_000);
        GroupConfig config = new GroupConfig(
                30_000, 0, GroupConfig.Ordering.KEY, GroupConfig.Mode.CHANGES, List.of(), List.of(), "");
        groups.create("g", "main", new StartPosition.Earliest(), config).get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    /** The offsets that came. */
    private List<Long> receive(int max) throws Exception {
        List<Long> offsets = new ArrayList<>();
        groups.receive(new ReceiveRequest("g", max, 0, OptionalLong.empty(), 1 << 20))
                .get(5, TimeUnit.SECONDS)
                .deliveries()
                .forEach(delivery -> {
                    receipts.put(delivery.event().offset(), delivery.receipt());
                    offsets.add(delivery.event().offset());
                });
        return offsets;
    }

    private void ack(long offset) throws Exception {
        assertThat(groups.ack("g", List.of(receipts.get(offset)))
                        .get(5, TimeUnit.SECONDS)
                        .results())
                .containsExactly(GroupService.ItemOutcome.OK);
    }

    private Parked ask(Place from, int limit) {
        return groups.parked(new ParkedQuery("g", from, limit, false));
    }

    /** Each key that waits as {@code key from why root}. */
    private List<String> waiting() {
        return ask(new Place(0, 0), 100).keys().stream()
                .map(WaitingReasonsTest::text)
                .toList();
    }

    private static String text(Waiting waiting) {
        long key = waiting.parked().key() - KEY;
        return (key > 0 && key < 100 ? Long.toString(key) : "route") + " "
                + waiting.parked().offset() + " "
                + waiting.why()
                + waiting.blockedBy().map(root -> " " + root.message().offset()).orElse("");
    }

    private void update(long key) {
        events.append(Action.UPDATE, key, 0);
    }

    /** The group looks at what is there, and can hand out nothing: the state does not know yet what waits. */
    private void judge() throws Exception {
        assertThat(receive(100)).isEmpty();
        assertThat(groups.describe("g").orElseThrow().group().parked()).isZero();
    }

    @Test
    void shouldNameTheEarlierEventOfTheKey() throws Exception {
        // given
        update(1);
        assertThat(receive(10)).containsExactly(0L);
        update(1);
        update(1);
        update(2);
        assertThat(receive(10)).containsExactly(3L);

        // when
        Parked found = groups.parked(new ParkedQuery("g", new Place(0, 0), 10, true));

        // then
        assertThat(waiting()).containsExactly("1 1 KEY 0");
        Waiting waiting = found.keys().get(0);
        assertThat(waiting.table()).hasValue("public.orders");
        assertThat(new String(waiting.first().orElseThrow().json(), StandardCharsets.UTF_8))
                .contains("\"offset\":\"0000000000000001\"");
        assertThat(waiting.blockedBy().orElseThrow().remainingMillis().orElseThrow())
                .isPositive();
        assertThat(waiting.blockedBy().orElseThrow().event().orElseThrow().json())
                .isEmpty();
        assertThat(found.next()).isEmpty();
    }

    @Test
    void shouldSayThatNothingHoldsBackAKeyThatWasFreed() throws Exception {
        update(1);
        receive(10);
        update(1);
        update(2);
        assertThat(receive(10)).containsExactly(2L);
        assertThat(waiting()).containsExactly("1 1 KEY 0");

        ack(0);

        assertThat(waiting()).containsExactly("1 1 NOTHING");
        assertThat(receive(10)).containsExactly(1L);
        assertThat(waiting()).isEmpty();
    }

    @Test
    void shouldFollowATruncateThatWaitsToWhatItWaitsFor() throws Exception {
        // given
        update(1);
        assertThat(receive(10)).containsExactly(0L);
        events.append(Action.TRUNCATE, 0, 0);
        update(2);
        judge();

        // then
        assertThat(waiting()).containsExactly("route 1 TABLE 0", "2 2 TRUNCATE 0");

        // when the truncate is out
        ack(0);
        assertThat(receive(10)).containsExactly(1L);

        // then
        assertThat(waiting()).containsExactly("2 2 TRUNCATE 1");
    }

    @Test
    void shouldNameTheOtherKeyOfAChangedKeyAlsoAlongAChain() throws Exception {
        // given 1 is out; 1 becomes 2, then 2 becomes 3
        update(1);
        assertThat(receive(10)).containsExactly(0L);
        events.append(Action.UPDATE, 2, 1);
        events.append(Action.UPDATE, 3, 2);
        judge();

        // then
        assertThat(waiting()).containsExactly("1 1 KEY 0", "2 1 OTHER_KEY 0", "3 2 OTHER_KEY 0");
    }

    @Test
    void shouldSayTheSameAfterAChangeOfLeader() throws Exception {
        update(1);
        receive(10);
        events.append(1, 5);
        update(2);
        receive(10);
        List<String> before = waiting();

        log.lead(false);
        log.lead(true);

        assertThat(waiting()).isEqualTo(before).containsExactly("1 1 KEY 0");
    }

    @Test
    void shouldListOnlyWhatTheFilterWantsAndWhatIsHeldBack() throws Exception {
        // given
        groups.update(
                        "g",
                        new GroupChange.Builder()
                                .filter(new GroupChange.Filter(List.of(), List.of(), "record.id != 2"))
                                .build())
                .get(5, TimeUnit.SECONDS);
        update(1);
        assertThat(receive(1)).containsExactly(0L);

        // when none of these was looked at
        update(2);
        update(3);
        update(1);
        update(1);

        // then 3 is free
        assertThat(waiting()).containsExactly("1 3 KEY 0");
        ack(0);
        assertThat(waiting()).isEmpty();
    }

    @Test
    void shouldPageThroughKeysThatWaitAtTheSamePlace() throws Exception {
        // given: 1 and 2 wait from the same offset on
        update(1);
        assertThat(receive(10)).containsExactly(0L);
        events.append(Action.UPDATE, 2, 1);
        events.append(Action.UPDATE, 3, 2);
        judge();

        // when
        List<Waiting> all = new ArrayList<>();
        Optional<Place> next = Optional.of(new Place(0, 0));
        while (next.isPresent()) {
            Parked page = ask(next.get(), 1);
            assertThat(page.keys()).hasSize(1);
            all.addAll(page.keys());
            next = page.next();
        }

        // then
        assertThat(all)
                .extracting(WaitingReasonsTest::text)
                .isEqualTo(waiting())
                .hasSize(3);
        assertThat(ask(new Place(2, 0), 10).keys()).hasSize(1);
    }

    /** Settling what is named, and nothing else, lets all that waits come out in the end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldLeadFromEveryKeyThatWaitsToWhatMustBeSettled(long seed) throws Exception {
        // given
        random.setSeed(seed);
        for (int i = 0; i < 30; i++) {
            events.append(1 + random.nextInt(20));
            receive(1 + random.nextInt(4));
        }

        // when
        List<Waiting> waiting = held();
        assertThat(waiting).isNotEmpty();
        while (!waiting.isEmpty()) {
            // then
            Set<Long> roots = new TreeSet<>();
            for (Waiting one : waiting) {
                assertThat(one.blockedBy()).as("what holds back %s", one).isPresent();
                long root = one.blockedBy().get().message().offset();
                assertThat(root).isLessThan(one.parked().offset());
                roots.add(root);
            }
            for (long root : roots) {
                ack(root);
            }
            waiting = held();
        }
        assertThat(receipts).hasSize(events.seen().size());
    }

    /** What waits when all that is free is out. */
    private List<Waiting> held() throws Exception {
        while (!receive(1_000).isEmpty()) {
            assertThat(receipts).isNotEmpty();
        }
        Parked found = ask(new Place(0, 0), 1_000);
        assertThat(found.next()).isEmpty();
        return found.keys();
    }
}
