package dev.penstock.broker.raft;

import java.util.Map;
import java.util.UUID;

/**
 * What a node says of its own data directory, before and after the cluster is formed. Travels between nodes.
 *
 * @param members peer UUID of each founding member by node id; empty unless {@code FORMED}
 */
public record PeerReport(State state, String clusterId, String nodeId, UUID peerUuid, Map<String, UUID> members) {
    public PeerReport {
        members = Map.copyOf(members);
    }

    public enum State {
        /** Nothing is stored, and the node does not take part in forming yet (it waits, or was told to join). */
        EMPTY,
        /** It has written its peer UUID and waits for the others. */
        FORMING,
        /** It belongs to a cluster. */
        FORMED
    }
}
