package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.CommandSubmitter.Decided;
import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.raft.Entry.Lane;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** The proposer against a log that does what each test says, when it says so; some answers are of no interest. */
@SuppressWarnings("FutureReturnValueIgnored")
class ProposerTest {
    private static final int KIB = 1 << 10;
    private static final ProposerLimits LIMITS =
            new ProposerLimits(512 * KIB, 1024 * KIB, 4096 * KIB, 8192 * KIB, 1_000, 16 << 20, 64, 15, 100, 10_000);

    private final AtomicLong nanos = new AtomicLong();
    private final BlockingQueue<Handed> handed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> halts = new LinkedBlockingQueue<>();
    private final AtomicLong freeBytes = new AtomicLong(1_000);
    private final DiskGuard disk = new DiskGuard(freeBytes::get, 100);
    private final Proposer proposer = new Proposer(
            LIMITS, CountingMachine.CODEC, this::hand, nanos::get, () -> 7, Runnable::run, disk, this::halt);
    private long nextIndex;

    private record Handed(Entry entry, byte[] content, CompletableFuture<Object> end) {
        long stampMillis() {
            return ByteBuffer.wrap(content).getLong(8);
        }

        long term() {
            return ByteBuffer.wrap(content).getLong(0);
        }

        int commands() {
            return ByteBuffer.wrap(content).getInt(24);
        }
    }

    ProposerTest() {
        proposer.start();
    }

    @AfterEach
    void close() {
        proposer.close();
    }

    private CompletableFuture<?> hand(Entry entry, byte[] content) {
        Handed next = new Handed(entry, content, new CompletableFuture<>());
        handed.add(next);
        return next.end;
    }

    private void halt(String reason, @Nullable Throwable cause) {
        halts.add(reason + ": " + cause);
    }

    private void lead(long term) {
        proposer.lead(term, ClusterClock.startingAt(1_000, nanos::get));
    }

    private Handed next() throws InterruptedException {
        Handed next = handed.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionFailedError("no entry was handed over");
        }
        return next;
    }

    private void apply(Handed entry) {
        long index = ++nextIndex;
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < entry.commands(); i++) {
            replies.add(new Reply.Appended(index, i));
        }
        proposer.applied(entry.entry, new Applied(index, replies, Set.of(), Set.of()));
        entry.end.complete(index);
    }

    private CompletableFuture<Decided> mark() {
        return proposer.submit(List.of(new Command.Mark()));
    }

    private CompletableFuture<Decided> append(int source, int bytes) {
        return proposer.append(CountingMachine.append(source, 1, bytes));
    }

    private static NotDecided failure(CompletableFuture<?> future) throws InterruptedException {
        try {
            future.get();
            throw new AssertionFailedError("expected no decision");
        } catch (ExecutionException e) {
            return (NotDecided) Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void shouldGatherEverythingThatArrivesWhileALeaseEntryIsOnItsWay() throws Exception {
        // given
        lead(3);
        CompletableFuture<Decided> first = mark();
        Handed one = next();
        // when
        List<CompletableFuture<Decided>> meanwhile = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            meanwhile.add(proposer.submit(List.of(new Command.Mark(), new Command.Mark())));
        }
        assertThat(handed).isEmpty();
        apply(one);
        Handed two = next();
        apply(two);
        // then
        assertThat(first.get().index()).isEqualTo(1);
        assertThat(two.commands()).isEqualTo(100);
        assertThat(two.term()).isEqualTo(3);
        for (int i = 0; i < 50; i++) {
            assertThat(meanwhile.get(i).get().replies())
                    .containsExactly(new Reply.Appended(2, 2L * i), new Reply.Appended(2, 2L * i + 1));
        }
    }

    @Test
    void shouldStampAtTheMomentOfHandingOver() throws Exception {
        // given
        lead(3);
        mark();
        Handed one = next();
        mark();
        // when: the second waits, enqueued long before it is handed over
        nanos.addAndGet(5_000_000_000L);
        apply(one);
        // then
        assertThat(one.stampMillis()).isEqualTo(1_000);
        assertThat(next().stampMillis()).isEqualTo(6_000);
    }

    @Test
    void shouldPipelineAppendsInOrderAndLetALeaseEntryPassWhatIsNotHandedOver() throws Exception {
        // given
        lead(3);
        for (int i = 0; i < 6; i++) {
            append(1, 1024 * KIB);
        }
        List<Handed> appends = new ArrayList<>();
        appends.add(next());
        appends.add(next());
        await().until(() -> handed.isEmpty());
        // when: the window is full
        CompletableFuture<Decided> lease = mark();
        Handed passing = next();
        // then
        assertThat(passing.entry.lane).isEqualTo(Lane.LEASE);
        apply(passing);
        assertThat(lease).isCompleted();
        assertThat(appends).allMatch(h -> h.entry.lane == Lane.APPEND);
    }

    @Test
    void shouldNarrowTheWindowWhileLeaseCommandsAreAbout() throws Exception {
        // given: each append takes 40 ms, more than the target of 15; all fit into the queue, however slow the proposer
        // is
        lead(3);
        for (int i = 0; i < 40; i++) {
            assertThat(append(1, 128 * KIB)).isNotCompletedExceptionally();
        }
        mark();
        int seen = 0;
        long most = 0;
        while (seen < 35) {
            Handed entry = next();
            seen += entry.commands();
            nanos.addAndGet(40_000_000);
            if (seen > 15) {
                most = Math.max(most, proposer.appendBytesOnTheirWay());
            }
            apply(entry);
        }
        // then: one entry at a time
        assertThat(most).isLessThanOrEqualTo(1024 * KIB);
    }

    @Test
    void shouldLetSourcesTakeTurns() throws Exception {
        // given: the first source has filled the queue before the second comes
        lead(3);
        List<CompletableFuture<Decided>> first = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            first.add(append(1, 1024 * KIB));
        }
        Handed one = next();
        Handed two = next();
        CompletableFuture<Decided> second = append(2, KIB);
        // when
        apply(one);
        apply(two);
        apply(next());
        apply(next());
        // then
        assertThat(second).succeedsWithin(Duration.ofSeconds(10));
        assertThat(first.get(6)).isNotDone();
    }

    @Test
    void shouldRefuseWhatIsTooLargeOrTooMuchAndSayThatNothingWasApplied() throws Exception {
        // given
        lead(3);
        // then
        assertThat(failure(append(1, 5000 * KIB)).reason()).isEqualTo(NotDecided.Reason.TOO_LARGE);
        // when
        CompletableFuture<Decided> last = append(1, 1024 * KIB);
        for (int i = 0; i < 14 && !last.isCompletedExceptionally(); i++) {
            last = append(1, 1024 * KIB);
        }
        // then
        NotDecided refused = failure(last);
        assertThat(refused.reason()).isEqualTo(NotDecided.Reason.OVERLOADED);
        assertThat(refused.outcomeUnknown()).isFalse();
    }

    @Test
    void shouldSendOneLargeAppendAlone() throws Exception {
        // given
        lead(3);
        append(1, KIB);
        append(1, 3000 * KIB);
        append(1, KIB);
        // when
        List<Integer> sizes = new ArrayList<>();
        for (int commands = 0; commands < 3; ) {
            Handed entry = next();
            commands += entry.commands();
            if (entry.entry.bytes >= 3000 * KIB) {
                assertThat(entry.commands()).isEqualTo(1);
            }
            sizes.add(entry.entry.bytes);
            apply(entry);
        }
        // then
        assertThat(sizes).contains(3000 * KIB);
    }

    @Test
    void shouldTellUnknownOnlyOfWhatWasHandedOverWhenLeadershipIsLost() throws Exception {
        // given
        lead(3);
        CompletableFuture<Decided> onItsWay = mark();
        Handed entry = next();
        CompletableFuture<Decided> waiting = mark();
        // when
        proposer.follow();
        entry.end.completeExceptionally(new IllegalStateException("not leader"));
        // then
        assertThat(failure(onItsWay).outcomeUnknown()).isTrue();
        assertThat(failure(waiting).reason()).isEqualTo(NotDecided.Reason.NOT_LEADER);
        assertThat(failure(mark()).reason()).isEqualTo(NotDecided.Reason.NOT_LEADER);
    }

    @Test
    void shouldNotLetAnEntryOfAnEarlierReignHoldUpTheNext() throws Exception {
        // given
        lead(3);
        mark();
        Handed lost = next();
        proposer.follow();
        // when: leader again, and Ratis has not yet said how the old entry ended
        lead(4);
        mark();
        Handed fresh = next();
        // then
        assertThat(fresh.term()).isEqualTo(4);
        CompletableFuture<Decided> after = mark();
        lost.end.completeExceptionally(new IllegalStateException("not leader"));
        assertThat(handed).isEmpty();
        apply(fresh);
        apply(next());
        assertThat(after).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void shouldNotEndTheNextReignOnOldNews() throws Exception {
        // given
        lead(3);
        proposer.follow();
        lead(4);
        // when
        proposer.follow(3);
        // then
        mark();
        assertThat(next().term()).isEqualTo(4);
    }

    @Test
    void shouldRefuseAPlanOfAnotherTerm() throws Exception {
        lead(4);
        assertThat(failure(proposer.submit(List.of(new Command.Mark()), 3)).reason())
                .isEqualTo(NotDecided.Reason.NOT_LEADER);
        proposer.submit(List.of(new Command.Mark()), 4);
        assertThat(next().term()).isEqualTo(4);
    }

    @Test
    void shouldEndEveryWaitAtTheDeadline() throws Exception {
        // given
        lead(3);
        CompletableFuture<Decided> onItsWay = mark();
        Handed entry = next();
        CompletableFuture<Decided> waiting = mark();
        // when
        nanos.addAndGet(10_001_000_000L);
        proposer.expire();
        // then
        assertThat(failure(onItsWay).outcomeUnknown()).isTrue();
        assertThat(failure(waiting).outcomeUnknown()).isFalse();
        // and the entry may still be applied: nobody is told twice
        apply(entry);
        assertThat(failure(onItsWay).outcomeUnknown()).isTrue();
    }

    @Test
    void shouldTellUnknownWhenTheLogThrows() throws Exception {
        // given
        Proposer broken = new Proposer(
                LIMITS,
                CountingMachine.CODEC,
                (entry, content) -> {
                    throw new IllegalStateException("closed");
                },
                nanos::get,
                () -> 7,
                Runnable::run,
                disk,
                this::halt);
        try (broken) {
            broken.start();
            broken.lead(1, ClusterClock.startingAt(0, nanos::get));
            // then
            assertThat(failure(broken.submit(List.of(new Command.Mark()))).outcomeUnknown())
                    .isTrue();
        }
    }

    /** Its thread is gone: the node would lead on and propose nothing. */
    @Test
    void shouldEndTheProcessWhenItsThreadFails() throws Exception {
        // given
        Proposer broken = new Proposer(
                LIMITS,
                CountingMachine.CODEC,
                this::hand,
                () -> {
                    if (Thread.currentThread().getName().equals("penstock-proposer")) {
                        throw new IllegalStateException("a broken invariant");
                    }
                    return 0;
                },
                () -> 7,
                Runnable::run,
                disk,
                this::halt);
        try (broken) {
            broken.start();
            broken.lead(1, ClusterClock.startingAt(0, nanos::get));
            // when
            broken.submit(List.of(new Command.Mark()));
            // then
            assertThat(halts.poll(10, TimeUnit.SECONDS)).contains("the proposer failed", "a broken invariant");
        }
    }

    /** Its loss of the earlier term was not told: what waits must not get the new term's stamp. */
    @Test
    void shouldRefuseWhatWaitsFromAnEarlierReign() throws Exception {
        // given
        lead(3);
        mark();
        next();
        CompletableFuture<Decided> waiting = proposer.submit(List.of(new Command.Mark()), 3);
        // when
        lead(4);
        // then
        assertThat(failure(waiting).reason()).isEqualTo(NotDecided.Reason.NOT_LEADER);
    }

    @Test
    void shouldRefuseAnAppendOfAnotherTerm() throws Exception {
        lead(4);
        assertThat(failure(proposer.append(CountingMachine.append(1, 1, 100), 3))
                        .reason())
                .isEqualTo(NotDecided.Reason.NOT_LEADER);
        proposer.append(CountingMachine.append(1, 1, 100), 4);
        assertThat(next().term()).isEqualTo(4);
    }

    @Test
    void shouldTakeNoEventsOnAFullDiskButLeasesAndBounds() throws Exception {
        // given
        lead(3);
        freeBytes.set(99);
        disk.look();
        // then
        assertThat(failure(append(1, 100)).reason()).isEqualTo(NotDecided.Reason.DISK_FULL);
        CompletableFuture<Decided> lease = mark();
        apply(next());
        assertThat(lease).succeedsWithin(Duration.ofSeconds(10));
        CompletableFuture<Decided> watch = proposer.append(new Command.Mark());
        apply(next());
        assertThat(watch).succeedsWithin(Duration.ofSeconds(10));

        // and when there is space again
        freeBytes.set(1_000);
        disk.look();
        CompletableFuture<Decided> event = append(1, 100);
        apply(next());
        assertThat(event).succeedsWithin(Duration.ofSeconds(10));
    }
}
