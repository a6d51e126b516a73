package dev.penstock.broker.http;

import dev.penstock.broker.deliver.LeaderView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Leadership as the test says. */
public final class FakeLeader implements LeaderView {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Leadership leadership = new Leadership(Role.LEADER, 1, true, Optional.of("n1"));

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    public FakeLeader leads(String self) {
        return become(new Leadership(Role.LEADER, 1, true, Optional.of(self)));
    }

    public FakeLeader follows(String leader) {
        return become(new Leadership(Role.FOLLOWER, 1, false, Optional.of(leader)));
    }

    public FakeLeader leaderless() {
        return become(new Leadership(Role.CANDIDATE, 2, false, Optional.empty()));
    }

    private FakeLeader become(Leadership next) {
        leadership = next;
        listeners.forEach(Runnable::run);
        return this;
    }
}
