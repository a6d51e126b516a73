package dev.penstock.broker.raft;

import java.util.Map;

/**
 * The digests of one node at a Mark command: equal on all nodes at equal index, or one of them has lost its way.
 *
 * @param chains chained digest of each stream, by stream id
 */
public record StateMark(long index, long stateDigest, Map<Integer, Long> chains) {
    public StateMark {
        chains = Map.copyOf(chains);
    }
}
