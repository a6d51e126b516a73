package dev.penstock.broker.boot;

import dev.penstock.broker.http.peer.PeerClient;
import dev.penstock.broker.http.peer.PeerEndpoints;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.broker.raft.Repair;
import dev.penstock.broker.raft.SnapshotOffer;
import dev.penstock.broker.raft.SnapshotOffer.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots for a node whose state is damaged, over the authenticated channel between peers. Used by the starting thread. */
final class RepairPeers implements Repair.Peers {

    private static final Logger LOG = LoggerFactory.getLogger(RepairPeers.class);
    private static final String SNAPSHOT = "/internal/snapshot";
    private static final String SNAPSHOT_PART = "/internal/snapshot/part";

    /** The peer reads all of its snapshot before it offers it. */
    private static final Duration OFFER_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration PART_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_PART_BYTES = 4 << 20;

    private final PeerClient client;
    private final ClusterPeers peers;

    RepairPeers(PeerClient client, ClusterPeers peers) {
        this.client = client;
        this.peers = peers;
    }

    // ---- answering ----

    /** What this node gives to others; reads the disk, for long. {@code RaftNode} in production. */
    interface Giving {
        /** Empty: none at that index or later yet. */
        Optional<SnapshotOffer> offer(long atLeast) throws IOException;

        byte[] read(long index, String file, long offset, int length) throws IOException;
    }

    static void serve(PeerEndpoints endpoints, RaftNode raft, Executor executor) {
        Giving giving = new Giving() {
            @Override
            public Optional<SnapshotOffer> offer(long atLeast) throws IOException {
                return raft.offerSnapshot(atLeast);
            }

            @Override
            public byte[] read(long index, String file, long offset, int length) throws IOException {
                return raft.readSnapshot(index, file, offset, length);
            }
        };
        serve(endpoints, giving, executor);
    }

    /** @param executor one call at a time */
    static void serve(PeerEndpoints endpoints, Giving raft, Executor executor) {
        endpoints.add(
                SNAPSHOT,
                call -> CompletableFuture.supplyAsync(() -> offer(raft, PeerTexts.decode(call.body())), executor));
        endpoints.add(
                SNAPSHOT_PART,
                call -> CompletableFuture.supplyAsync(() -> part(raft, PeerTexts.decode(call.body())), executor));
    }

    private static byte[] offer(Giving raft, Map<String, String> asked) {
        Map<String, String> lines = new LinkedHashMap<>();
        try {
            raft.offer(number(asked, "at_least")).ifPresent(offer -> {
                lines.put("term", Long.toString(offer.term()));
                lines.put("index", Long.toString(offer.index()));
                offer.files().forEach(file -> lines.put("file." + file.name(), file.bytes() + "|" + file.sha256()));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PeerTexts.encode(lines);
    }

    private static byte[] part(Giving raft, Map<String, String> asked) {
        try {
            int length = (int) Math.min(number(asked, "length"), MAX_PART_BYTES);
            return raft.read(
                    number(asked, "index"), PeerTexts.required(asked, "file"), number(asked, "offset"), length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(Map<String, String> lines, String key) {
        return Long.parseLong(PeerTexts.required(lines, key));
    }

    // ---- asking ----

    @Override
    public Map<String, SnapshotOffer> offers(long atLeast) throws InterruptedException {
        byte[] body = PeerTexts.encode(Map.of("at_least", Long.toString(atLeast)));
        Map<String, CompletableFuture<byte[]>> asked = new HashMap<>();
        peers.others().forEach((peer, address) -> asked.put(peer, client.call(address, SNAPSHOT, body, OFFER_TIMEOUT)));
        Map<String, SnapshotOffer> offers = new HashMap<>();
        for (Map.Entry<String, CompletableFuture<byte[]>> one : asked.entrySet()) {
            try {
                Map<String, String> lines =
                        PeerTexts.decode(one.getValue().get(OFFER_TIMEOUT.toMillis() + 1_000, TimeUnit.MILLISECONDS));
                if (!lines.isEmpty()) {
                    offers.put(one.getKey(), offer(lines));
                }
            } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
                LOG.info("Node {} offers no snapshot: {}", one.getKey(), String.valueOf(e.getMessage()));
            }
        }
        return offers;
    }

    private static SnapshotOffer offer(Map<String, String> lines) {
        List<StoredFile> files = new ArrayList<>();
        lines.forEach((key, value) -> {
            if (key.startsWith("file.")) {
                int bar = value.indexOf('|');
                files.add(new StoredFile(
                        key.substring("file.".length()),
                        Long.parseLong(value.substring(0, Math.max(0, bar))),
                        value.substring(bar + 1)));
            }
        });
        return new SnapshotOffer(number(lines, "term"), number(lines, "index"), files);
    }

    @Override
    public byte[] part(String peer, long index, String file, long offset, int length)
            throws IOException, InterruptedException {
        URI address = peers.others().get(peer);
        if (address == null) {
            throw new IOException("node " + peer + " is not configured");
        }
        byte[] body = PeerTexts.encode(Map.of(
                "index", Long.toString(index),
                "file", file,
                "offset", Long.toString(offset),
                "length", Integer.toString(length)));
        try {
            return client.call(address, SNAPSHOT_PART, body, PART_TIMEOUT)
                    .get(PART_TIMEOUT.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("node " + peer + " did not give " + file + ": " + e.getMessage(), e);
        }
    }
}
