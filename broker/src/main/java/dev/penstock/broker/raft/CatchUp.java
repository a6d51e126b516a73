package dev.penstock.broker.raft;

import java.util.OptionalLong;

/**
 * Whether this node, since its start, has applied all that was committed when it first heard of a leader. Until then it may
 * not know of what has long been there. Written by the events thread, read by any.
 */
final class CatchUp {
    private OptionalLong target = OptionalLong.empty();
    private volatile boolean reached;

    boolean isReached() {
        return reached;
    }

    /** @param leads this node leads and is ready: it has applied all that came before its term */
    void observe(boolean leads, RaftStatus status) {
        if (reached) {
            return;
        }
        if (target.isEmpty()) {
            target = committedByLeader(status);
        }
        reached = leads || (target.isPresent() && status.appliedIndex() >= target.getAsLong());
    }

    private static OptionalLong committedByLeader(RaftStatus status) {
        return status.members().stream()
                .filter(member ->
                        status.leader().filter(member.nodeId()::equals).isPresent())
                .flatMapToLong(member -> member.commitIndex().stream())
                .filter(index -> index >= 0)
                .findFirst();
    }
}
