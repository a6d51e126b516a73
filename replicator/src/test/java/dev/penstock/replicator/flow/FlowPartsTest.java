package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlowPartsTest {

    private static final long MILLI = 1_000_000;

    private final List<EventBatch> batches = new ArrayList<>();

    private BatchAssembler assembler(int targetBytes, int maxEvents) {
        SourceConfig.Limits limits = new SourceConfig.Limits(1 << 20, targetBytes, maxEvents, 2, 1 << 20, 15_000);
        return new BatchAssembler("main", "shop", limits, SourcePosition.ORIGIN, batches::add);
    }

    private static ChangeEvent event(long lsn, long ordinal, int bytes) {
        byte[] none = ChangeEvent.ABSENT;
        return new ChangeEvent(
                new SourcePosition(1, new Lsn(lsn), ordinal),
                Action.INSERT,
                Route.table("s", "t", List.of()),
                1,
                2,
                0,
                0,
                false,
                new byte[bytes],
                none,
                none,
                none);
    }

    @Test
    void shouldHoldBackTheLastEventUntilItsTransactionEnds() {
        // given
        BatchAssembler assembler = assembler(1 << 20, 100);
        assembler.add(event(10, 0, 5), 0);
        assembler.add(event(10, 1, 5), 0);

        // when: nothing more comes for a while
        assembler.closeIfDue(true, true, 0);

        // then
        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).size()).isEqualTo(1);
        assertThat(batches.get(0).header().lastInTransaction()).isFalse();
        assertThat(assembler.isEmpty()).isFalse();

        // when
        assembler.endTransaction(new Lsn(20), 0);
        assembler.closeIfDue(true, true, 0);

        // then
        assertThat(batches.get(1).header().previous()).isEqualTo(new SourcePosition(1, new Lsn(10), 0));
        assertThat(batches.get(1).header().lastInTransaction()).isTrue();
        assertThat(batches.get(1).header().endLsn()).isEqualTo(new Lsn(20));
        assertThat(assembler.isEmpty()).isTrue();
    }

    @Test
    void shouldSendALargerEventAlone() {
        // given
        BatchAssembler assembler = assembler(100, 100);

        // when
        assembler.add(event(10, 0, 5), 0);
        assembler.add(event(10, 1, 500), 0);
        assembler.add(event(10, 2, 5), 0);
        assembler.endTransaction(new Lsn(20), 0);
        assembler.closeIfDue(true, true, 0);

        // then
        assertThat(batches).extracting(EventBatch::size).containsExactly(1, 1, 1);
    }

    @Test
    void shouldCloseByEventsAndByAge() {
        // given
        BatchAssembler assembler = assembler(1 << 20, 3);

        // when
        for (int i = 0; i < 4; i++) {
            assembler.add(event(10, i, 5), 0);
        }

        // then
        assertThat(batches).extracting(EventBatch::size).containsExactly(3);

        // when: another batch is on its way, so that this one waits a moment
        assembler.endTransaction(new Lsn(20), 0);
        assembler.closeIfDue(true, false, MILLI);
        assertThat(batches).hasSize(1);
        assembler.closeIfDue(true, false, 2 * MILLI);
        assertThat(batches).hasSize(2);

        // when: the stream never pauses
        assembler.add(event(30, 0, 5), 3 * MILLI);
        assembler.endTransaction(new Lsn(40), 3 * MILLI);
        assembler.closeIfDue(false, false, 22 * MILLI);
        assertThat(batches).hasSize(2);
        assembler.closeIfDue(false, false, 23 * MILLI);
        assertThat(batches).hasSize(3);
    }

    @Test
    void shouldNeverConfirmBackwardsOrTooMuch() {
        FlushTracker tracker = new FlushTracker(new Lsn(50));
        tracker.stored(new Lsn(70));
        tracker.stored(Lsn.ZERO);
        tracker.confirmed(new Lsn(70));
        tracker.stored(new Lsn(60));
        assertThat(tracker.durable()).isEqualTo(new Lsn(70));
        assertThat(tracker.confirmed()).isEqualTo(new Lsn(70));
        assertThat(tracker.moved()).isFalse();
        assertThatThrownBy(() -> tracker.confirmed(new Lsn(71))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldBackOffWithJitterUpToTheLongest() {
        Backoff backoff = new Backoff(100, 5_000, new Random(1));
        for (long millis : new long[] {100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000}) {
            assertThat(backoff.nextNanos()).isBetween(millis * MILLI / 2, millis * MILLI);
        }
        backoff.reset();
        assertThat(backoff.nextNanos()).isLessThanOrEqualTo(100 * MILLI);
    }

    @Test
    void shouldEndPredecessorsOnly() {
        ReaderName ours = ReaderName.of("0a1b2c3d-4e5f", "n2", 7);
        assertThat(ours.toString()).isEqualTo("penstock:0a1b2c3d:n2:7");
        assertThat(ours.judge("penstock:0a1b2c3d:n1:6")).isEqualTo(ReaderName.Verdict.PREDECESSOR);
        assertThat(ours.judge("penstock:0a1b2c3d:n2:7")).isEqualTo(ReaderName.Verdict.PREDECESSOR);
        assertThat(ours.judge("penstock:0a1b2c3d:n1:7")).isEqualTo(ReaderName.Verdict.SUCCESSOR);
        assertThat(ours.judge("penstock:0a1b2c3d:n1:8")).isEqualTo(ReaderName.Verdict.SUCCESSOR);
        for (String foreign :
                List.of("", "psql", "penstock:99999999:n1:1", "penstock:0a1b2c3d:n1:x", "penstock:0a1b2c3d:n1")) {
            assertThat(ours.judge(foreign)).as(foreign).isEqualTo(ReaderName.Verdict.FOREIGN);
        }
    }

    @Test
    void shouldFitItsNameIntoWhatPostgresKeeps() {
        ReaderName name = ReaderName.of("clüster:id", "node-".repeat(30), Long.MAX_VALUE);
        assertThat(name.toString().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(63);
        assertThat(name.judge(name.toString())).isEqualTo(ReaderName.Verdict.PREDECESSOR);
    }
}
