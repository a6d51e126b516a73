package dev.penstock.broker.boot;

import dev.penstock.broker.http.peer.PeerClient;
import dev.penstock.broker.http.peer.PeerEndpoints;
import dev.penstock.broker.raft.DigestWatch;
import dev.penstock.broker.raft.NodeIdentity;
import dev.penstock.broker.raft.PeerProbe;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.broker.raft.Startup;
import dev.penstock.broker.raft.StateMark;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes tell each other beside Raft, over the authenticated channel between peers: who they are (formation), that one
 * wants to join, their digests, their status. Thread-safe.
 */
final class ClusterPeers {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterPeers.class);

    static final String IDENTITY = "/internal/identity";
    static final String JOIN = "/internal/join";
    static final String MARKS = "/internal/marks";
    static final String STATUS = "/internal/status";

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

    /** A joining node gets a whole snapshot before it is a member. */
    private static final Duration JOIN_TIMEOUT = Duration.ofMinutes(10);

    private static final long COMPARE_SECONDS = 5;
    private static final long JOIN_RETRY_MILLIS = 1_000;

    private final String nodeId;
    private final PeerClient client;
    private final Map<String, URI> others;

    /** @param others HTTP addresses of the other nodes by node id */
    ClusterPeers(String nodeId, PeerClient client, Map<String, URI> others) {
        this.nodeId = nodeId;
        this.client = client;
        this.others = Map.copyOf(others);
    }

    // ---- answering ----

    static void serveIdentity(PeerEndpoints endpoints, Startup startup) {
        endpoints.add(IDENTITY, call -> CompletableFuture.completedFuture(PeerTexts.encode(startup.report())));
    }

    /** @param status of this node; may wait for the disk, so not on the caller's thread */
    static void serve(PeerEndpoints endpoints, RaftNode raft, Supplier<CompletableFuture<Map<String, String>>> status) {
        endpoints.add(MARKS, call -> CompletableFuture.completedFuture(PeerTexts.encodeMarks(raft.marks())));
        endpoints.add(STATUS, call -> status.get().thenApply(PeerTexts::encode));
        endpoints.add(JOIN, call -> {
            Map<String, String> lines = PeerTexts.decode(call.body());
            return join(
                    raft,
                    PeerTexts.required(lines, "node"),
                    UUID.fromString(PeerTexts.required(lines, "peer")),
                    PeerTexts.required(lines, "raft"));
        });
    }

    private static CompletableFuture<byte[]> join(RaftNode raft, String node, UUID peer, String raftAddress) {
        if (!raft.leaderView().leadership().leads()) {
            return CompletableFuture.completedFuture(answer("not_leader", ""));
        }
        LOG.info("Node {} asks to join as {} at {}", node, peer, raftAddress);
        return raft.replaceMember(node, peer, raftAddress)
                .handle((done, failure) -> failure == null
                        ? answer("joined", "")
                        : answer("failed", String.valueOf(failure.getMessage()).replace('\n', ' ')));
    }

    private static byte[] answer(String outcome, String detail) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("outcome", outcome);
        lines.put("detail", detail);
        return PeerTexts.encode(lines);
    }

    // ---- asking ----

    PeerProbe probe() {
        return peer -> Optional.ofNullable(others.get(peer))
                .map(address -> client.call(address, IDENTITY, new byte[0], CALL_TIMEOUT)
                        .thenApply(PeerTexts::report))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new IllegalArgumentException("expected a configured node, but got " + peer)));
    }

    /** Status lines of each other node that answers within two seconds. */
    CompletableFuture<Map<String, Map<String, String>>> status() {
        Map<String, CompletableFuture<Map<String, String>>> asked = new HashMap<>();
        others.keySet().forEach(peer -> asked.put(peer, status(peer)));
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<String, Map<String, String>> answers = new HashMap<>();
                    asked.forEach((peer, lines) -> answers.put(peer, lines.join()));
                    return answers;
                });
    }

    /** HTTP addresses of the other nodes by node id. */
    Map<String, URI> others() {
        return others;
    }

    /** Status lines of one node, empty if it does not answer within two seconds. */
    CompletableFuture<Map<String, String>> status(String peer) {
        URI address = others.get(peer);
        return address == null
                ? CompletableFuture.completedFuture(Map.of())
                : client.call(address, STATUS, new byte[0], CALL_TIMEOUT)
                        .thenApply(PeerTexts::decode)
                        .exceptionally(failure -> Map.of());
    }

    /** Asks the leader to take this node in, until it has; false if stopped before. The calling thread waits. */
    boolean joinCluster(NodeIdentity identity, String raftAddress, Supplier<Boolean> stopped)
            throws InterruptedException {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("node", identity.nodeId());
        lines.put("peer", identity.peerUuid().toString());
        lines.put("raft", raftAddress);
        byte[] request = PeerTexts.encode(lines);
        String said = "";
        while (!stopped.get()) {
            for (Map.Entry<String, URI> peer : others.entrySet()) {
                String outcome = askToJoin(peer.getValue(), request);
                if (outcome.equals("joined")) {
                    LOG.info("Joined the cluster through {}", peer.getKey());
                    return true;
                }
                if (!outcome.equals("not_leader") && !outcome.equals(said)) {
                    LOG.warn("Asked {} to take this node in: {}; asking again", peer.getKey(), outcome);
                    said = outcome;
                }
            }
            TimeUnit.MILLISECONDS.sleep(JOIN_RETRY_MILLIS);
        }
        return false;
    }

    private String askToJoin(URI address, byte[] request) throws InterruptedException {
        try {
            Map<String, String> answer = PeerTexts.decode(client.call(address, JOIN, request, JOIN_TIMEOUT)
                    .get(JOIN_TIMEOUT.toMillis() + 1_000, TimeUnit.MILLISECONDS));
            String detail = answer.getOrDefault("detail", "");
            return PeerTexts.required(answer, "outcome") + (detail.isEmpty() ? "" : ": " + detail);
        } catch (ExecutionException | TimeoutException e) {
            return "no answer (" + e.getMessage() + ")";
        }
    }

    // ---- digests ----

    /** Compares the nodes' digests all the time; halts this node if it is the odd one out. */
    void watchDigests(RaftNode raft, ScheduledExecutorService scheduler) {
        ScheduledFuture<?> unused = scheduler.scheduleWithFixedDelay(
                () -> compareDigests(raft), COMPARE_SECONDS, COMPARE_SECONDS, TimeUnit.SECONDS);
    }

    private void compareDigests(RaftNode raft) {
        try {
            Map<String, List<StateMark>> marks = new HashMap<>();
            marks.put(nodeId, raft.marks());
            for (Map.Entry<String, URI> peer : others.entrySet()) {
                try {
                    byte[] answer = client.call(peer.getValue(), MARKS, new byte[0], CALL_TIMEOUT)
                            .get(CALL_TIMEOUT.toMillis() + 500, TimeUnit.MILLISECONDS);
                    marks.put(peer.getKey(), PeerTexts.marks(answer));
                } catch (ExecutionException | TimeoutException e) {
                    LOG.debug("Node {} told no digests", peer.getKey(), e);
                }
            }
            judge(DigestWatch.compare(marks), raft);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("Comparing the nodes' digests failed; it is tried again in {} s", COMPARE_SECONDS, e);
        }
    }

    private void judge(DigestWatch.Verdict verdict, RaftNode raft) {
        if (verdict instanceof DigestWatch.Verdict.OddOneOut odd) {
            if (odd.nodeId().equals(nodeId)) {
                raft.haltForRepair(
                        "this node's state differs from that of the others at index " + odd.index() + " (" + odd.what()
                                + ")",
                        odd.index());
            } else {
                LOG.error("Node {} differs from the others at index {}: {}", odd.nodeId(), odd.index(), odd.what());
            }
        } else if (verdict instanceof DigestWatch.Verdict.Split split) {
            LOG.error(
                    "Nodes {} differ at index {} and no majority tells who is right: stop and compare them",
                    split.nodes(),
                    split.index());
        }
    }
}
