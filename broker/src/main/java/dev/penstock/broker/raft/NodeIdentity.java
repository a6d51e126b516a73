package dev.penstock.broker.raft;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who this data directory is, for its whole life: written once, durably, before Raft starts.
 *
 * @param peerUuid made for this directory; a directory that replaces another one has another UUID, so that the votes and
 *     the log of the old one can never be taken for its own
 * @param founders peer UUID by node id of the members that formed the cluster; empty in a directory that joined later
 */
public record NodeIdentity(String clusterId, String nodeId, UUID peerUuid, Map<String, UUID> founders) {
    public NodeIdentity {
        founders = Map.copyOf(founders);
        if (!founders.isEmpty() && !peerUuid.equals(founders.get(nodeId))) {
            throw new IllegalArgumentException("founder " + nodeId + " does not carry this directory's peer UUID");
        }
    }

    public boolean joined() {
        return founders.isEmpty();
    }

    public String peerId() {
        return peerId(nodeId, peerUuid);
    }

    /** The name in Raft: changes with the directory. */
    static String peerId(String nodeId, UUID peerUuid) {
        return nodeId + "-" + peerUuid.toString().substring(0, 8);
    }

    /** The configured name, out of the name in Raft. */
    static String nodeIdOf(String peerId) {
        int dash = peerId.lastIndexOf('-');
        return dash < 0 ? peerId : peerId.substring(0, dash);
    }

    Map<String, UUID> foundersInOrder() {
        return new TreeMap<>(founders);
    }
}
