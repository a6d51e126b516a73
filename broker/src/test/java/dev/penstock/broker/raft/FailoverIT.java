package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change of leader may do to proposals: never twice, never reported wrongly. */
class FailoverIT {
    @TempDir
    Path root;

    private enum Told {
        APPLIED,
        REFUSED,
        UNKNOWN
    }

    @Test
    void shouldApplyEachProposalAtMostOnceAndReportTruthfullyWhenTheLeaderDies() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given: proposals flow into whoever leads
            Map<Long, Told> told = new ConcurrentHashMap<>();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong ids = new AtomicLong();
            cluster.awaitLeader();
            Thread load = new Thread(() -> proposeUntil(stop, cluster, ids, told));
            load.start();
            await().atMost(TestCluster.PATIENCE).until(() -> told.size() > 500);
            // when
            Member first = cluster.awaitLeader();
            cluster.kill(first);
            Member second = cluster.awaitLeader();
            long atFailover = ids.get();
            await().atMost(TestCluster.PATIENCE).until(() -> ids.get() > atFailover + 500);
            stop.set(true);
            load.join();
            await().atMost(TestCluster.PATIENCE).until(() -> told.size() == ids.get());
            cluster.append(CountingMachine.append(1, -1, 8));
            cluster.awaitSameState();
            // then
            Map<Long, Integer> counts = second.machine().counts();
            assertThat(counts.values()).allMatch(times -> times == 1);
            told.forEach((id, outcome) -> {
                if (outcome == Told.APPLIED) {
                    assertThat(counts).as("reported as applied").containsKey(id);
                } else if (outcome == Told.REFUSED) {
                    assertThat(counts).as("reported as refused").doesNotContainKey(id);
                }
            });
            assertThat(told.values()).contains(Told.APPLIED);
            assertThat(cluster.halts).isEmpty();
        }
    }

    private static void proposeUntil(AtomicBoolean stop, TestCluster cluster, AtomicLong ids, Map<Long, Told> told) {
        while (!stop.get()) {
            long id = ids.incrementAndGet();
            Command command = CountingMachine.append((int) (id % 3), id, 2_000);
            CompletableFuture<?> outcome = cluster.leader()
                    .<CompletableFuture<?>>map(leader -> leader.node.submitter().append(command))
                    .orElseGet(() -> CompletableFuture.failedFuture(
                            new NotDecided(NotDecided.Reason.NOT_LEADER, "nobody leads")));
            var unused = outcome.whenComplete((decided, failure) -> told.put(id, told(failure)));
            if (outcome.isCompletedExceptionally()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static Told told(@Nullable Throwable failure) {
        if (failure == null) {
            return Told.APPLIED;
        }
        return ((NotDecided) failure).outcomeUnknown() ? Told.UNKNOWN : Told.REFUSED;
    }

    @Test
    void shouldHandOverLeadershipBeforeAnOrderlyStop() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            Member first = cluster.awaitLeader();
            cluster.append(CountingMachine.append(1, 1, 8));
            // when
            long before = System.nanoTime();
            cluster.stop(first);
            // then: somebody else leads already when the stop is done
            assertThat(cluster.leader()).isPresent();
            assertThat(System.nanoTime() - before).isLessThan(TestCluster.PATIENCE.toNanos() / 2);
            assertThat(cluster.halts).isEmpty();
            cluster.start(first.nodeId);
            cluster.awaitSameState();
        }
    }

    @Test
    void shouldRefuseCommandsPlannedInAnEarlierTerm() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            Member leader = cluster.awaitLeader();
            long term = leader.node.leaderView().leadership().term();
            // when
            CompletableFuture<?> stale = leader.node.submitter().submit(List.of(new Command.Mark()), term - 1);
            // then
            assertThat(stale)
                    .failsWithin(TestCluster.PATIENCE)
                    .withThrowableThat()
                    .havingCause()
                    .satisfies(
                            e -> assertThat(((NotDecided) e).outcomeUnknown()).isFalse());
            assertThat(leader.node.submitter().submit(List.of(new Command.Mark()), term))
                    .succeedsWithin(TestCluster.PATIENCE);
        }
    }

    @Test
    void shouldRefuseOnAFollower() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            Member follower = cluster.follower();
            // when
            CompletableFuture<?> refused = follower.node.submitter().append(CountingMachine.append(1, 1, 8));
            // then
            assertThat(refused)
                    .failsWithin(TestCluster.PATIENCE)
                    .withThrowableThat()
                    .havingCause()
                    .satisfies(e -> assertThat(((NotDecided) e).reason()).isEqualTo(NotDecided.Reason.NOT_LEADER));
        }
    }

    @Test
    void shouldKeepTheOrderOfOneSourceAndGiveEachCommandItsOwnReply() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            Member leader = cluster.awaitLeader();
            // when
            List<CompletableFuture<Long>> indices = new java.util.ArrayList<>();
            for (long id = 1; id <= 200; id++) {
                long expected = id;
                indices.add(leader.node
                        .submitter()
                        .append(CountingMachine.append(7, id, 20_000))
                        .thenApply(decided -> {
                            assertThat(decided.replies()).containsExactly(new Reply.Appended(expected, 1));
                            return decided.index();
                        }));
            }
            // then
            long last = 0;
            for (CompletableFuture<Long> index : indices) {
                assertThat(index.get()).isGreaterThanOrEqualTo(last);
                last = index.get();
            }
            assertThat(Set.copyOf(leader.machine().counts().values())).containsExactly(1);
        }
    }
}
