package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The receives, round by round, over a log that refuses or breaks. */
class ReceiveServiceTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final ScriptedSubmitter submitter = new ScriptedSubmitter(log);
    private final AtomicLong nanos = new AtomicLong();
    private final LogBatches batches = new LogBatches(1 << 20);
    private final SteppedGroups stepped = new SteppedGroups(
            submitter,
            log,
            log,
            batches,
            new ReceiptSeal("a secret of this cluster, 32 characters long"),
            Runnable::run,
            Clock.systemUTC(),
            50,
            nanos::get);

    private Events events;

    @BeforeEach
    void openSource() {
        events = Events.open(log);
    }

    private GroupService groups() {
        return stepped.service();
    }

    private void create(String... tables) {
        create(List.of(tables), "");
    }

    private void create(List<String> tables, String where) {
        GroupConfig defaults = GroupConfig.defaults();
        GroupConfig config = new GroupConfig(
                defaults.visibilityMillis(),
                defaults.maxDeliveries(),
                defaults.ordering(),
                defaults.mode(),
                tables,
                List.of(),
                where);
        groups().create("g", "main", new StartPosition.Earliest(), config).join();
    }

    private CompletableFuture<Received> receive(long waitMillis) {
        return groups().receive(new ReceiveRequest("g", 10, waitMillis, OptionalLong.empty(), 4 << 20));
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            stepped.round();
        }
    }

    private static void assertRefused(CompletableFuture<Received> receive, Refused.Code code) {
        assertThatThrownBy(receive::join)
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void shouldNotOfferARefusedEmptyGrantAgainAtOnce() {
        // given: so many events for others that the scan position is to be moved
        create("public.orders");
        events.insert(Events.CUSTOMERS, 5_000);
        submitter.refuse(NotDecided.Reason.OVERLOADED);
        CompletableFuture<Received> waiting = receive(60_000);
        int before = submitter.calls();

        // when
        rounds(50);

        // then
        assertThat(submitter.calls() - before).isEqualTo(1);
        assertThat(waiting).isNotDone();

        // and when it is time again
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(600));
        rounds(50);
        assertThat(submitter.calls() - before).isEqualTo(2);

        // and when the log takes it
        submitter.repair();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(600));
        rounds(3);
        assertThat(groups().describe("g").orElseThrow().group().scan()).isEqualTo(5_000);
    }

    @Test
    void shouldStillServeWhileItBacksOff() {
        // given
        create("public.orders");
        events.insert(Events.CUSTOMERS, 5_000);
        submitter.refuse(NotDecided.Reason.OVERLOADED);
        CompletableFuture<Received> waiting = receive(60_000);
        rounds(3);
        submitter.repair();

        // when: no time passes
        events.insert(Events.ORDERS, 1);
        rounds(3);

        // then
        assertThat(waiting.join().deliveries()).hasSize(1);
    }

    @Test
    void shouldGoOnAfterASubmissionThatThrew() {
        // given
        create();
        events.insert(Events.ORDERS, 1);
        submitter.breakDown();
        CompletableFuture<Received> unlucky = receive(60_000);

        // when
        rounds(3);

        // then
        assertRefused(unlucky, Refused.Code.OUTCOME_UNKNOWN);

        // and
        submitter.repair();
        CompletableFuture<Received> next = receive(60_000);
        rounds(3);
        assertThat(next.join().deliveries()).hasSize(1);
    }

    @Test
    void shouldEndAReceiveWhoseWaitIsOverWhileItsFilterStillScansAndKeepTheScan() {
        // given: more to read than one round may
        create(List.of(), "record.note == 'never'");
        String[] rows = new String[200];
        Arrays.fill(rows, "{\"note\":\"" + "x".repeat(20_000) + "\"}");
        events.insert(Events.ORDERS, rows);
        events.insert(Events.ORDERS, rows);
        CompletableFuture<Received> waiting = receive(0);

        // when
        rounds(1);

        // then: there may be a match yet
        assertThat(waiting).isNotDone();

        // and when it waited long enough
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(600));
        rounds(1);

        // then
        assertThat(waiting.join().deliveries()).isEmpty();
        long scan = groups().describe("g").orElseThrow().group().scan();
        assertThat(scan).isBetween(100L, 399L);

        // and when the next one comes, it goes on from there, to the end
        CompletableFuture<Received> next = receive(0);
        rounds(10);
        assertThat(next.join().deliveries()).isEmpty();
    }
}
