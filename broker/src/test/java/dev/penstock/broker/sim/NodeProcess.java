package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.LeaderView.Role;
import dev.penstock.broker.deliver.ReceiptSeal;
import dev.penstock.broker.deliver.SteppedGroups;
import dev.penstock.broker.duty.SteppedDuties;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.raft.SimulatedRaft;
import dev.penstock.broker.raft.SimulatedRaft.Handed;
import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Machine;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node from its start to its death: all its parts as they are, and its threads as things that can be done next. */
final class NodeProcess {

    static final int MAX_IN_FLIGHT = 60;

    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long EXPIRE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A little more often for those that have more to do. */
    private static final int THREADS = 12;

    private static final int STUMBLES_ONE_IN = 15;

    private final World world;
    private final FakeRaft raft;
    private final RaftPeer peer;
    private final History history;
    private final long nanoBase;
    private final SimulatedRaft node;
    private final HesitantSubmitter services;
    private final HesitantSubmitter expiry;
    private final HesitantSubmitter replicator;
    private final SteppedGroups groups;
    private final SteppedDuties duties;
    private final VirtualScheduler dutyThread;
    private final ArrayDeque<Runnable> eventThread = new ArrayDeque<>();
    private final List<Runnable> raftThreads = new ArrayList<>();
    private final List<Runnable> readerThreads = new ArrayList<>();
    private InMemoryStore store;
    private Machine machine;
    private long readyNanos;
    private long watchedNanos;
    private long expiredNanos;
    private boolean missesOne;
    /** What the proposer's thread stands before. */
    private @Nullable Runnable handOver;

    boolean dead;

    NodeProcess(
            World world,
            FakeRaft raft,
            RaftPeer peer,
            History history,
            SimulatedSource source,
            InMemoryStore store,
            ReceiptSeal seal) {
        this.world = world;
        this.raft = raft;
        this.peer = peer;
        this.history = history;
        this.store = store;
        // System.nanoTime begins anywhere, also below zero, and somewhere else in each process.
        this.nanoBase = world.random.nextLong(-1L << 60, 1L << 60);
        this.machine = new Machine(store, Transaction.Checks.FULL);
        String id = "n" + (peer.id + 1);
        this.node = new SimulatedRaft(
                id,
                machine,
                this::propose,
                this::nanoTime,
                () -> 1_700_000_000_000L + world.below(1_000_000),
                eventThread::add,
                this::stamp);
        this.services = new HesitantSubmitter(world, node.submitter(), history, false);
        this.expiry = new HesitantSubmitter(world, node.submitter(), history, true);
        this.replicator = new HesitantSubmitter(world, node.submitter(), history, true);
        this.dutyThread = new VirtualScheduler(this::nanoTime);
        this.groups = new SteppedGroups(
                new SabotagedSubmitter(world, services, history),
                node.leaderView(),
                node,
                new LogBatches(20_000),
                seal,
                readerThreads::add,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                MAX_IN_FLIGHT,
                this::nanoTime);
        this.duties = new SteppedDuties(
                id,
                expiry,
                new SabotagedSubmitter(world, replicator, history),
                new SabotagedSubmitter(world, expiry, history),
                node.leaderView(),
                node,
                dutyThread,
                source,
                this::nanoTime);
        this.missesOne = world.sabotage == Sabotage.REPLAY_MISSES_ONE && machine.appliedIndex() > 0;
    }

    long nanoTime() {
        return world.nowNanos + nanoBase;
    }

    GroupService groups() {
        return groups.service();
    }

    Machine machine() {
        return machine;
    }

    InMemoryStore store() {
        return store;
    }

    /** On the proposer's thread, which may be held up between stamping and handing over. */
    private CompletableFuture<?> propose(Handed entry, byte[] content) {
        long stampedNanos = world.nowNanos;
        if (!world.mishap(STUMBLES_ONE_IN)) {
            return raft.propose(peer.id, this, entry, content, stampedNanos);
        }
        CompletableFuture<Object> ended = new CompletableFuture<>();
        handOver = () -> {
            CompletableFuture<?> unused = raft.propose(peer.id, this, entry, content, stampedNanos)
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            ended.completeExceptionally(failure);
                        } else {
                            ended.complete(entry);
                        }
                    });
        };
        return ended;
    }

    private void stepProposer() {
        Runnable held = handOver;
        if (held == null) {
            node.step();
        } else if (!world.rough || world.oneIn(10)) {
            handOver = null;
            held.run();
        }
    }

    private long stamp(long stampMillis) {
        return world.sabotage == Sabotage.CLOCK_RUNS_AWAY
                ? machine.clockMillis() + (nanoTime() - readyNanos) / 1_000_000
                : stampMillis;
    }

    // ---- threads ----

    /** Something that one of the threads would do next; in calm times, what all of them would. */
    void step() {
        if (world.rough) {
            step(world.below(THREADS));
            return;
        }
        for (int thread = 0; thread < THREADS; thread++) {
            step(thread);
        }
    }

    private void step(int thread) {
        switch (thread) {
            case 0, 1 -> stepProposer();
            case 2, 3 -> applyNext();
            case 4, 5 -> {
                if (!services.isHeldUp()) {
                    groups.round();
                }
            }
            case 6 -> event();
            case 7 -> oneOf(raftThreads);
            case 8 -> oneOf(readerThreads);
            case 9 -> {
                if (!expiry.isHeldUp()) {
                    dutyThread.runOne();
                }
            }
            case 10 -> read();
            default -> resume();
        }
    }

    private void resume() {
        if (world.rough && !world.oneIn(4)) {
            return;
        }
        services.resume();
        expiry.resume();
        replicator.resume();
    }

    private void oneOf(List<Runnable> tasks) {
        if (!tasks.isEmpty()) {
            int at = world.below(tasks.size());
            world.totals.overtakings += at > 0 ? 1 : 0;
            tasks.remove(at).run();
        }
    }

    private void event() {
        if (world.nowNanos - watchedNanos >= WATCH_NANOS) {
            watchedNanos = world.nowNanos;
            Optional<String> leader =
                    peer.leader == RaftPeer.NOBODY ? Optional.empty() : Optional.of("n" + (peer.leader + 1));
            node.watch(peer.role, peer.term, leader);
        } else if (world.nowNanos - expiredNanos >= EXPIRE_NANOS) {
            expiredNanos = world.nowNanos;
            node.expire();
        }
        for (Runnable task = eventThread.poll(); task != null; task = world.rough ? null : eventThread.poll()) {
            task.run();
        }
    }

    private void read() {
        for (int i = 0; i < 4 && !replicator.isHeldUp(); i++) {
            duties.reader().ifPresent(reader -> reader.step(nanoTime()));
        }
    }

    // ---- what Raft does with this node ----

    /** On the apply thread. */
    void applyNext() {
        long next = Math.max(1, machine.appliedIndex() + 1);
        if (next > peer.commit) {
            return;
        }
        LogEntry entry = peer.entry(next);
        byte[] content = entry.content();
        if (content == null) {
            machine.skip(entry.term(), next);
            history.applied(entry, null, machine);
            startUpApplied(entry);
        } else if (missesOne) {
            missesOne = false;
            machine.skip(entry.term(), next);
            history.applied(entry, null, machine);
        } else {
            Applied applied = machine.apply(
                    entry.term(), next, SabotagedEntry.of(world.sabotage, machine, entry.term(), content));
            history.applied(entry, applied, machine);
            answer(entry, applied);
        }
        if (world.oneIn(300)) {
            history.checkRows(store);
        }
    }

    private void startUpApplied(LogEntry entry) {
        if (entry.term() != peer.term) {
            return;
        }
        // A leader that has just stepped down in the same term may hear of its readiness too late.
        if (peer.role == Role.LEADER || (entry.proposer() == this && world.mishap(2))) {
            readyNanos = nanoTime();
            node.leaderReady(entry.term());
            world.trace("ready in term", peer.id, entry.term());
        }
    }

    private void answer(LogEntry entry, Applied applied) {
        boolean leads = peer.role == Role.LEADER && peer.term == entry.term();
        // Raft may have dropped what it knew of the proposal when it stepped down, or not.
        boolean known = entry.proposer() == this && (leads || world.random.nextBoolean());
        node.applied(applied, known ? entry.handed() : null);
        CompletableFuture<@Nullable Void> ended = entry.ended();
        if (known && leads && ended != null) {
            peer.waiting.remove(entry);
            raftThreads.add(() -> ended.complete(null));
        }
    }

    void notLeader() {
        node.notLeader();
    }

    void later(Runnable task) {
        raftThreads.add(task);
    }

    void install(InMemoryStore installed) {
        store = installed;
        machine = new Machine(store, Transaction.Checks.FULL);
        node.use(machine);
    }
}
