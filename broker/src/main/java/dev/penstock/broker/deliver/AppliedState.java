package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;

/** The applied state of this node. Thread-safe. */
public interface AppliedState {

    /** A consistent read view; close it soon. */
    MachineView openView();

    /** Index of the last applied entry; cheap. */
    long appliedIndex();

    /**
     * True once this node has applied, since its start, all that was committed when it first heard of a leader: what it
     * does not know then, there is not.
     */
    boolean isCaughtUp();

    /** True for the stream of a source that is configured: before its first start is through, there is none yet. */
    default boolean isConfigured(String stream) {
        return false;
    }

    /** Log time now on a ready leader, else that of the last applied entry. Milliseconds. */
    long logTimeMillis();

    /** Called after each applied entry, on the apply thread: be short, never block. */
    void onApplied(Listener listener);

    interface Listener {
        void applied(Applied applied);

        /** The whole state has been replaced by the leader's snapshot, without its entries being applied one by one. */
        default void replaced() {}
    }
}
