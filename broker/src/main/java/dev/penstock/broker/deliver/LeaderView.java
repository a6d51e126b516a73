package dev.penstock.broker.deliver;

import java.util.Optional;

/** Who leads, as this node knows it. Thread-safe, never blocks. */
public interface LeaderView {

    Leadership leadership();

    /** Called on every change, on a thread of the adapter: be short. */
    void onChange(Runnable listener);

    enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE
    }

    /**
     * @param ready true on a leader whose start-up entry of this term is applied: the only licence for duties and grants
     * @param leader node id (such as {@code n1}) of the known leader
     */
    record Leadership(Role role, long term, boolean ready, Optional<String> leader) {
        public boolean leads() {
            return role == Role.LEADER && ready;
        }
    }
}
