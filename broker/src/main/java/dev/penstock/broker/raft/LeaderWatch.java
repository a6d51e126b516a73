package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.LeaderView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/**
 * Who leads, as this node knows it. Ready comes only from {@link #ready}, called when the leader's start-up entry of that
 * term is applied, and holds only while this node leads in that same term. Thread-safe; listeners run on the executor
 * given, because some callers hold Ratis' server lock.
 */
final class LeaderWatch implements LeaderView {
    private static final long NEVER = -1;

    private final Executor executor;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Leadership now = new Leadership(Role.FOLLOWER, 0, false, Optional.empty());
    private long readyTerm = NEVER;

    LeaderWatch(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Leadership leadership() {
        return now;
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * What Ratis says; called often.
     *
     * @param before what was known when Ratis was asked: if that changed meanwhile, the answer may be the older news
     */
    synchronized void observe(Leadership before, Role role, long term, Optional<String> leader) {
        if (isUnchanged(before)) {
            publish(new Leadership(role, term, role == Role.LEADER && term == readyTerm, leader));
        }
    }

    /** This node leads in that term and its start-up entry is applied. */
    synchronized void ready(long term, String self) {
        readyTerm = term;
        publish(new Leadership(Role.LEADER, term, true, Optional.of(self)));
    }

    /** This node leads no more. Never blocks. */
    synchronized void lost() {
        readyTerm = NEVER;
        if (now.role() == Role.LEADER) {
            publish(new Leadership(Role.FOLLOWER, now.term(), false, Optional.empty()));
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isUnchanged(Leadership before) {
        return now == before;
    }

    // Equal values are not replaced, so that observe() can tell by identity that nothing changed.
    private void publish(Leadership next) {
        if (!next.equals(now)) {
            now = next;
            listeners.forEach(executor::execute);
        }
    }
}
