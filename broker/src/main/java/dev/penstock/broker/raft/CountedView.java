package dev.penstock.broker.raft;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A view that says when it is closed: the store under it may be replaced only then. Used by one thread. */
final class CountedView implements MachineView {
    private final MachineView view;
    private final Runnable onClose;
    private boolean closed;

    CountedView(MachineView view, Runnable onClose) {
        this.view = view;
        this.onClose = onClose;
    }

    @Override
    public long appliedIndex() {
        return view.appliedIndex();
    }

    @Override
    public long appliedTerm() {
        return view.appliedTerm();
    }

    @Override
    public long clockMillis() {
        return view.clockMillis();
    }

    @Override
    public int featureLevel() {
        return view.featureLevel();
    }

    @Override
    public long stateDigest() {
        return view.stateDigest();
    }

    @Override
    public List<SourceState> sources() {
        return view.sources();
    }

    @Override
    public Optional<SourceState> source(String name) {
        return view.source(name);
    }

    @Override
    public List<StreamState> streams() {
        return view.streams();
    }

    @Override
    public Optional<StreamState> stream(int streamId) {
        return view.stream(streamId);
    }

    @Override
    public Optional<StreamState> stream(String name) {
        return view.stream(name);
    }

    @Override
    public List<GroupState> groups() {
        return view.groups();
    }

    @Override
    public Optional<GroupState> group(String name) {
        return view.group(name);
    }

    @Override
    public Optional<GroupState> group(int groupId) {
        return view.group(groupId);
    }

    @Override
    public long floor(GroupState group) {
        return view.floor(group);
    }

    @Override
    public List<UnsettledMessage> ready(GroupState group, long fromOffset, int limit) {
        return view.ready(group, fromOffset, limit);
    }

    @Override
    public Optional<UnsettledMessage> unsettled(GroupState group, long offset) {
        return view.unsettled(group, offset);
    }

    @Override
    public List<UnsettledMessage> unsettled(
            GroupState group, long fromOffset, int limit, Predicate<UnsettledMessage> test) {
        return view.unsettled(group, fromOffset, limit, test);
    }

    @Override
    public long nextDueMillis() {
        return view.nextDueMillis();
    }

    @Override
    public boolean sweepNeeded() {
        return view.sweepNeeded();
    }

    @Override
    public Optional<StoredBatch> batchAt(int streamId, long offset) {
        return view.batchAt(streamId, offset);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                view.close();
            } finally {
                onClose.run();
            }
        }
    }
}
