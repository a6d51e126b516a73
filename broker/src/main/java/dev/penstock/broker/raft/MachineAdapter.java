package dev.penstock.broker.raft;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only class that knows both Ratis' state machine and ours. Apply, skip and install run on Ratis' one apply thread of
 * the group; {@link #notifyNotLeader}, {@link #pause} and {@link #notifyLogFailed} come with Ratis' locks held or from its
 * log thread and only pass the word on.
 *
 * <p>After a restart Ratis feeds everything since the newest snapshot again; the live store may be ahead of it, so entries
 * that it has are passed over. Answers go to the proposer through the {@link Entry} that comes back with what this node
 * proposed itself; Ratis' own reply, which every replica keeps in its retry cache, stays empty.
 */
final class MachineAdapter extends BaseStateMachine {

    /** What the adapter tells the node. Never blocks. */
    interface Events {
        void leaderReady(long term, long machineClockMillis);

        void notLeader();

        void leaderChanged(RaftPeerId leader);

        void applied(Applied applied, @Nullable Entry own);

        /** A snapshot from the leader took the place of the state. */
        void replaced();
    }

    private static final Logger LOG = LoggerFactory.getLogger(MachineAdapter.class);

    private final StateDirectory stateDirectory;
    private final SnapshotSetup snapshotSetup;
    private final Events events;
    private final FailStop failStop;
    private final long requiredIndex;
    private final OpenState openState = new OpenState();

    private volatile @Nullable Snapshots snapshots;
    private volatile @Nullable SnapshotKeeper keeper;
    private volatile @Nullable SnapshotShelf shelf;
    private volatile TermIndex lastApplied = TermIndex.INITIAL_VALUE;
    private volatile long fedIndex = -1;
    private volatile @Nullable ReplicatedState state;
    /** Term of the configuration entry that Ratis is applying: what a leader's start-up entry is. Apply thread only. */
    private long configurationTerm;

    /** Makes the parts that need Ratis' directories. */
    interface SnapshotSetup {
        /** @param scratch where Ratis gathers what the leader sends */
        Snapshots snapshots(Path directory, Path scratch) throws IOException;

        SnapshotKeeper keeper(Snapshots snapshots);

        SnapshotShelf shelf(Snapshots snapshots, SnapshotKeeper keeper);
    }

    /** @param requiredIndex the log on disk must reach this committed index, or it has lost entries; -1 if unknown */
    MachineAdapter(
            StateDirectory stateDirectory,
            SnapshotSetup snapshotSetup,
            Events events,
            FailStop failStop,
            long requiredIndex) {
        this.stateDirectory = stateDirectory;
        this.snapshotSetup = snapshotSetup;
        this.events = events;
        this.failStop = failStop;
        this.requiredIndex = requiredIndex;
    }

    // ---- life cycle ----

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        super.initialize(server, groupId, storage);
        Path current = storage.getStorageDir().getCurrentDir().toPath();
        Snapshots found = snapshotSetup.snapshots(
                storage.getStorageDir().getStateMachineDir().toPath(),
                storage.getStorageDir().getTmpDir().toPath());
        SnapshotKeeper newKeeper = snapshotSetup.keeper(found);
        ReplicatedState opened = stateDirectory.open(found.list(), TornTail.firstIndex(current));
        try {
            requireWholeLog(current, found.latestIndex(), Math.max(requiredIndex, opened.appliedIndex()));
            for (LogSegments.Segment segment : LogSegments.list(current)) {
                newKeeper.logFound(segment.first(), Files.size(segment.file()));
            }
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        snapshots = found;
        keeper = newKeeper;
        shelf = snapshotSetup.shelf(found, newKeeper);
        use(opened);
        LOG.info("State at {}, newest snapshot at {}", lastApplied, found.latestTermIndex());
        getLifeCycle().startAndTransition(() -> {}, IOException.class);
    }

    /** Everything applied was committed, and everything committed was forced to this log: less means that it was cut. */
    private static void requireWholeLog(Path current, long snapshotIndex, long required) throws IOException {
        long last = Math.max(TornTail.lastIndex(current), snapshotIndex);
        if (last < required) {
            throw new IOException("The Raft log in " + current + " ends at index " + last + ", but this node had index "
                    + required + " on disk and said so to others: acknowledged entries are lost. It must not vote:"
                    + " replace it (empty data directory, --join).");
        }
    }

    private void use(ReplicatedState opened) {
        state = opened;
        lastApplied = position(opened);
        openState.set(opened);
        SnapshotKeeper present = keeper;
        if (present != null) {
            present.use(opened);
        }
    }

    private static TermIndex position(ReplicatedState state) {
        return state.appliedIndex() < 0
                ? TermIndex.INITIAL_VALUE
                : TermIndex.valueOf(state.appliedTerm(), state.appliedIndex());
    }

    /**
     * A snapshot from the leader has arrived and is about to take its place. Called under the server lock, yet what arrived
     * must be on the disk before this returns: Ratis purges the log up to the snapshot right after.
     */
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        try {
            Snapshots present = snapshots;
            if (present != null) {
                present.installBegins();
            }
        } catch (IOException e) {
            failStop.halt("a snapshot from the leader could not be forced to the disk", e);
        }
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().transition(LifeCycle.State.STARTING);
        try {
            install();
        } catch (IOException | RuntimeException e) {
            failStop.halt("a snapshot from the leader could not be installed", e);
            throw e;
        }
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    private void install() throws IOException {
        Snapshots present = Objects.requireNonNull(snapshots, "installed before initialize");
        SnapshotKeeper presentKeeper = Objects.requireNonNull(keeper, "installed before initialize");
        present.installEnded();
        closeState(presentKeeper);
        List<Snapshots.Snapshot> all = present.list();
        if (all.isEmpty()) {
            throw new IOException("the leader's snapshot holds no directory snapshot.<term>_<index>");
        }
        use(stateDirectory.replaceWith(all.get(0)));
        fedIndex = lastApplied.getIndex();
        events.replaced();
        LOG.info("Installed the leader's snapshot at {}", lastApplied);
    }

    private void closeState(SnapshotKeeper presentKeeper) throws IOException {
        presentKeeper.use(null);
        try {
            presentKeeper.awaitIdle();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a checkpoint was being taken", e);
        }
        state = null;
        ReplicatedState old = openState.take();
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void close() throws IOException {
        getLifeCycle().checkStateAndClose(() -> {
            SnapshotKeeper present = keeper;
            if (present != null) {
                closeState(present);
            }
        });
    }

    // ---- proposals ----

    /** What the proposer hands to Ratis; carries the entry to the apply thread without going through bytes. */
    static final class Proposal implements Message {
        final Entry entry;
        private final ByteString content;

        Proposal(Entry entry, ByteString content) {
            this.entry = entry;
            this.content = content;
        }

        @Override
        public ByteString getContent() {
            return content;
        }

        @Override
        public int size() {
            return content.size();
        }
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        TransactionContext.Builder context = TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setLogData(request.getMessage().getContent());
        if (request.getMessage() instanceof Proposal proposal) {
            return context.setStateMachineContext(proposal.entry).build();
        }
        // The Raft port also serves Ratis clients: nobody but our proposer may write.
        TransactionContext refused = context.build();
        refused.setException(new IOException("only the node itself proposes entries"));
        return refused;
    }

    // ---- apply ----

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry(), "no log entry");
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        if (beginEntry(entry.getIndex(), data.size())) {
            apply(entry.getTerm(), entry.getIndex(), data, transaction.getStateMachineContext());
        }
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    /** False if the live store has this entry already. */
    private boolean beginEntry(long index, int bytes) {
        fedIndex = index;
        if (index <= lastApplied.getIndex()) {
            return false;
        }
        SnapshotKeeper present = keeper;
        if (present != null) {
            present.applied(index, bytes);
        }
        return true;
    }

    private void apply(long term, long index, ByteString data, @Nullable Object context) {
        Applied applied;
        try {
            applied = openForApply().apply(term, index, data.toByteArray());
        } catch (RuntimeException | Error e) {
            failStop.halt("entry (term " + term + ", index " + index + ") could not be applied", e);
            throw e;
        }
        lastApplied = TermIndex.valueOf(term, index);
        events.applied(applied, context instanceof Entry own ? own : null);
    }

    private ReplicatedState openForApply() {
        return Objects.requireNonNull(state, "no state is open");
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (beginEntry(index, 0)) {
            try {
                openForApply().skip(term, index);
            } catch (RuntimeException | Error e) {
                failStop.halt("entry (term " + term + ", index " + index + ") could not be noted", e);
                throw e;
            }
            lastApplied = TermIndex.valueOf(term, index);
        }
    }

    @Override
    public TermIndex getLastAppliedTermIndex() {
        return lastApplied;
    }

    // ---- snapshots ----

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        Snapshots present = snapshots;
        return present == null ? null : present.getLatestSnapshot();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        Snapshots present = snapshots;
        return present == null ? super.getStateMachineStorage() : present;
    }

    /** The snapshot is there already, taken beside this thread: what is answered is how far the log may be purged. */
    @Override
    public long takeSnapshot() {
        SnapshotKeeper present = keeper;
        return present == null ? -1 : present.purgeUpTo(fedIndex);
    }

    // ---- events ----

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        configurationTerm = term;
    }

    /** On the apply thread, while it applies the start-up entry of this leader's term. */
    @Override
    public void notifyLeaderReady() {
        events.leaderReady(configurationTerm, openForApply().clockMillis());
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.notLeader();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
        events.leaderChanged(newLeader);
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failed) {
        failStop.halt(
                "the Raft log could not be written" + (failed == null ? "" : " at index " + failed.getIndex()), cause);
    }

    /** Payloads do not belong into error logs. */
    @Override
    public String toStateMachineLogEntryString(StateMachineLogEntryProto entry) {
        return entry.getLogData().size() + " bytes";
    }

    // ---- the node asks ----

    MachineView openView() {
        return openState.openView();
    }

    long appliedIndex() {
        return lastApplied.getIndex();
    }

    long clockMillis() {
        ReplicatedState open = state;
        return open == null ? 0 : open.clockMillis();
    }

    /** Null before the state is open. */
    @Nullable
    SnapshotShelf shelf() {
        return shelf;
    }

    void tick() {
        SnapshotKeeper present = keeper;
        if (present != null) {
            present.tick();
        }
    }
}
