package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.broker.raft.StartRefused.Reason;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Raft group on this node: starts it, watches it, stops it in order. Threads: Ratis' own; the proposer; one for events,
 * timers and failed completions; one for checkpoints. {@link #start} and {@link #close} are called by one thread, the rest
 * by any.
 */
public final class RaftNode implements AutoCloseable, AppliedState {
    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final long WATCH_MILLIS = 50;
    private static final long EXPIRE_MILLIS = 250;
    private static final long SECOND_MILLIS = 1_000;

    private final RaftConfig config;
    private final NodeIdentity identity;
    private final DataDirectory directory;
    private final ReplicatedState.Opener opener;
    private final DiskGuard disk;
    private final FailStop failStop;
    private final ScheduledExecutorService events;
    private final ExecutorService checkpoints;
    private final LeaderWatch leaderWatch;
    private final Proposer proposer;
    private final MarkRing marks;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private @Nullable RaftServer server;
    private volatile @Nullable RaftAdmin admin;
    private volatile @Nullable MachineAdapter adapter;
    private volatile @Nullable EntryGate gate;
    private volatile @Nullable RaftWatch watch;

    public RaftNode(
            RaftConfig config,
            NodeIdentity identity,
            DataDirectory directory,
            StateMachines machines,
            DiskGuard disk,
            FailStop failStop) {
        this.config = config;
        this.identity = identity;
        this.directory = directory;
        this.opener = machines.opener();
        this.disk = disk;
        this.failStop = failStop;
        this.events = Executors.newSingleThreadScheduledExecutor(task -> thread(task, "penstock-raft-events"));
        this.checkpoints = Executors.newSingleThreadExecutor(task -> thread(task, "penstock-checkpoint"));
        this.leaderWatch = new LeaderWatch(this::onEvents);
        this.marks = new MarkRing(this::openView);
        this.proposer = new Proposer(
                config.proposer(),
                machines.codec(),
                this::propose,
                System::nanoTime,
                System::currentTimeMillis,
                this::onEvents,
                disk,
                failStop);
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** After the stop nobody listens any more. */
    private void onEvents(Runnable task) {
        if (!events.isShutdown()) {
            events.execute(() -> guarded(task));
        }
    }

    // ---- start ----

    /** Returns when this node takes part; it may know no leader yet. */
    public void start() throws StartRefused {
        RaftLaunch launch = new RaftLaunch(config, identity, directory);
        try {
            launch.prepareLog();
            MachineAdapter newAdapter = newAdapter();
            adapter = newAdapter;
            RaftServer built = launch.build(newAdapter);
            RaftAdmin newAdmin = new RaftAdmin(built, launch.groupId());
            gate = new EntryGate(built, launch.groupId());
            admin = newAdmin;
            launch.start(built);
            server = built;
            directory.markRaftBorn();
            watch = new RaftWatch(
                    newAdmin, newAdapter, leaderWatch, proposer, LogWatermark.open(directory.watermark()), failStop);
        } catch (IOException e) {
            throw new StartRefused(Reason.DAMAGED, "Raft could not start: " + RaftLaunch.rootMessage(e), e);
        }
        proposer.start();
        every(WATCH_MILLIS, this::look);
        every(EXPIRE_MILLIS, proposer::expire);
        every(SECOND_MILLIS, disk::look);
        every(SECOND_MILLIS, () -> watching(RaftWatch::everySecond));
    }

    private void every(long millis, Runnable task) {
        var unused = events.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void look() {
        watching(RaftWatch::look);
    }

    private void watching(Consumer<RaftWatch> task) {
        RaftWatch present = watch;
        if (present != null) {
            task.accept(present);
        }
    }

    /** A task that throws would never run again. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A task or a listener of the Raft adapter failed", e);
        }
    }

    private MachineAdapter newAdapter() throws IOException {
        long required = LogWatermark.read(directory.watermark());
        StateDirectory states = new StateDirectory(directory.files(), directory.liveState(), opener);
        return new MachineAdapter(states, new Setup(), new AdapterEvents(), failStop, required);
    }

    private final class Setup implements MachineAdapter.SnapshotSetup {
        @Override
        public Snapshots snapshots(Path where, Path scratch) throws IOException {
            return new Snapshots(directory.files(), where, scratch);
        }

        @Override
        public SnapshotShelf shelf(Snapshots snapshots, SnapshotKeeper keeper) {
            return new SnapshotShelf(snapshots, keeper, opener);
        }

        @Override
        public SnapshotKeeper keeper(Snapshots snapshots) {
            return new SnapshotKeeper(
                    config.snapshots(),
                    snapshots,
                    opener,
                    directory.files(),
                    checkpoints,
                    System::nanoTime,
                    RaftNode.this::noteSnapshot,
                    disk,
                    failStop);
        }
    }

    private void noteSnapshot() {
        RaftAdmin open = admin;
        if (open != null) {
            var unused = open.noteSnapshot().whenComplete((reply, failure) -> {
                if (failure != null) {
                    LOG.warn("Ratis did not take note of a snapshot; its log is purged after the next one", failure);
                }
            });
        }
    }

    // ---- what the adapter tells ----

    private final class AdapterEvents implements MachineAdapter.Events {
        @Override
        public void leaderReady(long term, long machineClockMillis) {
            LOG.info("Node {} leads in term {}", identity.nodeId(), term);
            proposer.lead(term, ClusterClock.startingAt(machineClockMillis, System::nanoTime));
            leaderWatch.ready(term, identity.nodeId());
        }

        @Override
        public void notLeader() {
            proposer.follow();
            leaderWatch.lost();
        }

        @Override
        public void leaderChanged(RaftPeerId leader) {
            onEvents(RaftNode.this::look);
        }

        @Override
        public void applied(Applied applied, @Nullable Entry own) {
            // A listener's fault must not stop the log: apply would fail on every node alike.
            guarded(() -> marks.applied(applied));
            for (Listener listener : listeners) {
                guarded(() -> listener.applied(applied));
            }
            if (own != null) {
                proposer.applied(own, applied);
            }
        }

        @Override
        public void replaced() {
            for (Listener listener : listeners) {
                guarded(listener::replaced);
            }
        }
    }

    private CompletableFuture<?> propose(Entry entry, byte[] content) {
        EntryGate open = gate;
        return open == null
                ? CompletableFuture.failedFuture(new IllegalStateException("Raft is not started"))
                : open.propose(entry, content);
    }

    // ---- ports ----

    public CommandSubmitter submitter() {
        return proposer;
    }

    public LeaderView leaderView() {
        return leaderWatch;
    }

    @Override
    public MachineView openView() {
        return opened().openView();
    }

    @Override
    public long appliedIndex() {
        return opened().appliedIndex();
    }

    @Override
    public boolean isCaughtUp() {
        RaftWatch present = watch;
        return present != null && present.isCaughtUp();
    }

    @Override
    public long logTimeMillis() {
        ClusterClock clock = proposer.clock();
        return Math.max(opened().clockMillis(), clock == null ? Long.MIN_VALUE : clock.nowMillis());
    }

    @Override
    public void onApplied(Listener listener) {
        listeners.add(listener);
    }

    private MachineAdapter opened() {
        MachineAdapter present = adapter;
        if (present == null) {
            throw new IllegalStateException("Raft is not started");
        }
        return present;
    }

    private RaftAdmin openAdmin() {
        RaftAdmin present = admin;
        if (present == null) {
            throw new IllegalStateException("Raft is not started");
        }
        return present;
    }

    /** The digests at the last marks that this node applied, oldest first. */
    public List<StateMark> marks() {
        return marks.last();
    }

    public RaftStatus status() {
        return openAdmin().status();
    }

    /**
     * True if the configuration that this node knows has it in, under the peer id of this directory. One of its node id
     * under another peer id is the node whose place it takes.
     */
    public boolean isMember() {
        return status().hasMember(identity.peerId());
    }

    /** On the leader: hands over to the follower that has most of the log. */
    public CompletableFuture<Boolean> transferLeadership() {
        return openAdmin().transferLeadership(config.timeouts().closeMillis() / 2);
    }

    /**
     * On the leader: takes in a node that was started with --join, in the place of the one with its node id, if any.
     *
     * @param peerUuid as that node reports it
     */
    public CompletableFuture<Void> replaceMember(String nodeId, UUID peerUuid, String raftAddress) {
        return openAdmin().replaceMember(nodeId, peerUuid, raftAddress);
    }

    /** Verified, for a peer whose state is damaged. Reads the disk, for long. Empty: none yet, come again. */
    public Optional<SnapshotOffer> offerSnapshot(long atLeast) throws IOException {
        SnapshotShelf shelf = opened().shelf();
        return shelf == null ? Optional.empty() : shelf.offer(atLeast);
    }

    /** A part of what was offered; shorter at the end of the file. */
    public byte[] readSnapshot(long index, String file, long offset, int length) throws IOException {
        SnapshotShelf shelf = opened().shelf();
        if (shelf == null) {
            throw new IOException("this node has not opened its state");
        }
        return shelf.read(index, file, offset, length);
    }

    /** Ends the process; it does not start again with this state. */
    public void haltForRepair(String reason, long index) {
        directory.noteDamage(reason, index);
        failStop.halt(reason, null);
    }

    // ---- stop ----

    /** In order: leadership handed over, log and store closed. Bounded in time. */
    @Override
    public void close() {
        close(true);
    }

    /** As if the process had died, as far as that is possible within one: nothing is handed over or marked. */
    void closeAbruptly() {
        close(false);
    }

    private void close(boolean inOrder) {
        if (inOrder && leaderWatch.leadership().leads()) {
            boolean handedOver = await(transferLeadership(), config.timeouts().closeMillis() / 2)
                    .orElse(false);
            LOG.info("Leadership was {}", handedOver ? "handed over" : "not handed over in time");
        }
        watching(RaftWatch::stop);
        proposer.close();
        RaftServer open = server;
        boolean closed = open == null
                || await(
                                CompletableFuture.supplyAsync(
                                        () -> closeServer(open),
                                        task -> thread(task, "penstock-stop").start()),
                                config.timeouts().closeMillis())
                        .orElse(false);
        events.shutdown();
        checkpoints.shutdown();
        try {
            if (inOrder && closed) {
                directory.markStoppedInOrder();
            }
        } catch (IOException e) {
            LOG.warn("The stop could not be noted; the next start checks the log's tail", e);
        }
    }

    private static boolean closeServer(RaftServer open) {
        try {
            open.close();
            return true;
        } catch (IOException e) {
            LOG.warn("Raft did not close in order", e);
            return false;
        }
    }

    private static <T> Optional<T> await(CompletableFuture<T> future, long millis) {
        try {
            return Optional.ofNullable(future.get(millis, TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Not done within {} ms", millis, e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
