package dev.penstock.broker.raft;

import dev.penstock.broker.raft.Formation.Decision;
import dev.penstock.broker.raft.StartRefused.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a data directory to an identity, before Raft starts: checks the identity that is there, or forms or joins the
 * cluster. {@link #report()} answers other nodes meanwhile, from any thread; the rest runs on the starting thread.
 */
public final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final UUID NONE = new UUID(0, 0);

    private final DataDirectory directory;
    private final String clusterId;
    private final String nodeId;
    private final Set<String> configured;
    private volatile PeerReport report;

    /** @param configured node ids of the whole cluster, this one included */
    public Startup(DataDirectory directory, String clusterId, String nodeId, Set<String> configured) {
        this.directory = directory;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.configured = Set.copyOf(configured);
        this.report = new PeerReport(PeerReport.State.EMPTY, clusterId, nodeId, NONE, Map.of());
    }

    /** What this node says to others that probe it. Thread-safe. */
    public PeerReport report() {
        return report;
    }

    /**
     * Returns when this node knows who it is; durable then. Blocks while the cluster is being formed.
     *
     * @param join true if an operator said that an empty directory is to join a formed cluster
     * @param patience how long to wait for the other nodes
     */
    public NodeIdentity establish(PeerProbe probe, boolean join, Duration patience) throws StartRefused {
        try {
            Optional<NodeIdentity> known = directory.identity();
            NodeIdentity identity;
            if (known.isPresent()) {
                identity = checked(known.get());
            } else if (join) {
                identity = new NodeIdentity(clusterId, nodeId, UUID.randomUUID(), Map.of());
                directory.markJoining();
                directory.writeIdentity(identity);
            } else {
                identity = form(probe, patience);
                directory.writeIdentity(identity);
            }
            report = new PeerReport(
                    PeerReport.State.FORMED, clusterId, nodeId, identity.peerUuid(), identity.founders());
            return identity;
        } catch (IOException e) {
            throw new StartRefused(
                    Reason.UNWRITABLE,
                    "The data directory " + directory.root() + " cannot be written (" + e
                            + "): give this process's user write access, or free space on that disk.",
                    e);
        }
    }

    private NodeIdentity checked(NodeIdentity identity) throws StartRefused {
        if (!identity.clusterId().equals(clusterId)) {
            throw new StartRefused(
                    Reason.FOREIGN_CLUSTER,
                    "The data directory " + directory.root() + " belongs to cluster " + identity.clusterId()
                            + ", the configuration says " + clusterId
                            + ": configure the directory of this cluster, or an empty one.");
        }
        if (!identity.nodeId().equals(nodeId)) {
            throw new StartRefused(
                    Reason.FOREIGN_NODE,
                    "The data directory " + directory.root() + " belongs to node " + identity.nodeId()
                            + ", the configuration says " + nodeId + ": configure the directory of this node.");
        }
        return identity;
    }

    private NodeIdentity form(PeerProbe probe, Duration patience) throws StartRefused, IOException {
        UUID own = directory.formingUuid();
        report = new PeerReport(PeerReport.State.FORMING, clusterId, nodeId, own, Map.of());
        Formation formation = new Formation(clusterId, nodeId, own, configured);
        long deadline = System.nanoTime() + patience.toNanos();
        String said = "";
        while (true) {
            Decision decision = formation.decide(askAll(probe));
            if (decision instanceof Decision.Form form) {
                return new NodeIdentity(clusterId, nodeId, own, form.founders());
            } else if (decision instanceof Decision.TakePart part) {
                return new NodeIdentity(clusterId, nodeId, own, part.founders());
            } else if (decision instanceof Decision.Refuse refuse) {
                throw new StartRefused(refuse.reason(), refuse.message());
            } else if (decision instanceof Decision.Wait wait) {
                if (!wait.why().equals(said)) {
                    LOG.info("First start of node {}: {}", nodeId, wait.why());
                    said = wait.why();
                }
                pause(deadline, said);
            }
        }
    }

    private static void pause(long deadlineNanos, String waitingFor) throws StartRefused {
        if (System.nanoTime() - deadlineNanos > 0) {
            throw new StartRefused(Reason.NOT_ANSWERED, "Gave up " + waitingFor + ": start the others too.");
        }
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartRefused(Reason.NOT_ANSWERED, "Interrupted while " + waitingFor + ".", e);
        }
    }

    private Map<String, PeerReport> askAll(PeerProbe probe) {
        Map<String, CompletableFuture<PeerReport>> asked = new HashMap<>();
        for (String peer : new TreeSet<>(configured)) {
            if (!peer.equals(nodeId)) {
                asked.put(peer, probe.probe(peer));
            }
        }
        Map<String, PeerReport> answers = new HashMap<>();
        asked.forEach((peer, answer) -> {
            try {
                answers.put(peer, answer.get(2, TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("Node {} did not answer the probe", peer, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return answers;
    }
}
