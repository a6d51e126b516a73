package dev.penstock.broker.raft;

import dev.penstock.broker.raft.StartRefused.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Decides what a node without an identity may do. First start and wiped disk look the same from inside: a wiped voter that
 * comes back under its old name has forgotten its votes and its log, and could help to elect a leader without committed
 * entries. So a cluster is formed only if <em>every</em> configured node says that it is new too, each with a UUID that is
 * already on its disk. Pure.
 */
final class Formation {

    sealed interface Decision {
        /** Every configured node is new: these are the members, and all of them compute the same. */
        record Form(Map<String, UUID> founders) implements Decision {}

        /** Another node saw that before us, and we are one of its members: go on with its list. */
        record TakePart(Map<String, UUID> founders) implements Decision {}

        /** Ask again soon. */
        record Wait(String why) implements Decision {}

        record Refuse(Reason reason, String message) implements Decision {}
    }

    private final String clusterId;
    private final String nodeId;
    private final UUID ownUuid;
    private final Set<String> configured;

    /** @param configured node ids of the whole cluster, this one included */
    Formation(String clusterId, String nodeId, UUID ownUuid, Set<String> configured) {
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.ownUuid = ownUuid;
        this.configured = Set.copyOf(configured);
    }

    /** @param reports the answers of the other configured nodes; one that did not answer is absent */
    Decision decide(Map<String, PeerReport> reports) {
        Optional<Decision> stranger = firstStranger(reports);
        if (stranger.isPresent()) {
            return stranger.get();
        }
        Optional<Decision> formed = byFormedPeers(reports);
        if (formed.isPresent()) {
            return formed.get();
        }
        TreeMap<String, UUID> founders = new TreeMap<>();
        founders.put(nodeId, ownUuid);
        SortedSet<String> missing = new TreeSet<>();
        for (String peer : configured) {
            PeerReport report = reports.get(peer);
            if (report != null && report.state() == PeerReport.State.FORMING) {
                founders.put(peer, report.peerUuid());
            } else if (!peer.equals(nodeId)) {
                missing.add(peer);
            }
        }
        if (!missing.isEmpty()) {
            return new Decision.Wait("waiting for " + String.join(", ", missing)
                    + ": a cluster is formed only when every configured node answers that it is new");
        }
        return new Decision.Form(founders);
    }

    private Optional<Decision> firstStranger(Map<String, PeerReport> reports) {
        for (String peer : new TreeSet<>(reports.keySet())) {
            PeerReport report = reports.get(peer);
            if (report == null || !configured.contains(peer)) {
                continue;
            }
            if (!report.clusterId().equals(clusterId)) {
                return Optional.of(new Decision.Refuse(
                        Reason.FOREIGN_CLUSTER,
                        "Node " + peer + " belongs to cluster " + report.clusterId() + ", this node is configured for "
                                + clusterId + ": correct the peer's address or the cluster id in the configuration."));
            }
            if (!report.nodeId().equals(peer)) {
                return Optional.of(new Decision.Refuse(
                        Reason.FOREIGN_NODE,
                        "The address configured for node " + peer + " is answered by node " + report.nodeId()
                                + ": correct the peer addresses in the configuration."));
            }
        }
        return Optional.empty();
    }

    private Optional<Decision> byFormedPeers(Map<String, PeerReport> reports) {
        for (String peer : new TreeSet<>(reports.keySet())) {
            PeerReport report = reports.get(peer);
            if (report == null || report.state() != PeerReport.State.FORMED || !configured.contains(peer)) {
                continue;
            }
            if (ownUuid.equals(report.members().get(nodeId))) {
                return Optional.of(new Decision.TakePart(report.members()));
            }
            return Optional.of(new Decision.Refuse(
                    Reason.WIPED,
                    "The data directory of node " + nodeId + " is empty, but node " + peer
                            + " says that the cluster is formed already: restore the directory, or, if its content is"
                            + " lost for good, start this node once with --join."));
        }
        return Optional.empty();
    }
}
