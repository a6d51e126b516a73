package dev.penstock.broker.boot;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The ports of Raft before Raft is there: the HTTP port must be open while the cluster is still being formed, because the
 * nodes find each other through it. Until {@link #attach} there is no leader and no state. Thread-safe.
 */
final class RaftPorts implements CommandSubmitter, LeaderView, AppliedState {

    private static final Leadership NONE = new Leadership(Role.FOLLOWER, 0, false, Optional.empty());

    private final List<Runnable> leaderListeners = new ArrayList<>();
    private final List<Listener> appliedListeners = new ArrayList<>();
    private final Set<String> sources;
    private volatile @Nullable RaftNode raft;

    /** @param sources names of the sources that are configured */
    RaftPorts(Set<String> sources) {
        this.sources = Set.copyOf(sources);
    }

    /** From here on everything goes to {@code node}, which has started. */
    synchronized void attach(RaftNode node) {
        leaderListeners.forEach(node.leaderView()::onChange);
        appliedListeners.forEach(node::onApplied);
        raft = node;
        leaderListeners.forEach(Runnable::run);
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        RaftNode node = raft;
        return node == null ? notYet() : node.submitter().submit(commands);
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        RaftNode node = raft;
        return node == null ? notYet() : node.submitter().submit(commands, plannedTerm);
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        RaftNode node = raft;
        return node == null ? notYet() : node.submitter().append(command, plannedTerm);
    }

    private static CompletableFuture<Decided> notYet() {
        return CompletableFuture.failedFuture(
                new NotDecided(NotDecided.Reason.NOT_LEADER, "this node has not joined its cluster yet"));
    }

    @Override
    public Leadership leadership() {
        RaftNode node = raft;
        return node == null ? NONE : node.leaderView().leadership();
    }

    @Override
    public synchronized void onChange(Runnable listener) {
        RaftNode node = raft;
        if (node == null) {
            leaderListeners.add(listener);
        } else {
            node.leaderView().onChange(listener);
        }
    }

    @Override
    public MachineView openView() {
        return attached().openView();
    }

    @Override
    public long appliedIndex() {
        return attached().appliedIndex();
    }

    @Override
    public boolean isConfigured(String stream) {
        return sources.contains(stream);
    }

    @Override
    public boolean isCaughtUp() {
        RaftNode node = raft;
        return node != null && node.isCaughtUp();
    }

    @Override
    public long logTimeMillis() {
        return attached().logTimeMillis();
    }

    private RaftNode attached() {
        RaftNode node = raft;
        if (node == null) {
            throw new Refused(Refused.Code.NO_LEADER, "this node has not joined its cluster yet");
        }
        return node;
    }

    @Override
    public synchronized void onApplied(Listener listener) {
        RaftNode node = raft;
        if (node == null) {
            appliedListeners.add(listener);
        } else {
            node.onApplied(listener);
        }
    }
}
