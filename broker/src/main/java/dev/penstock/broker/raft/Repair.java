package dev.penstock.broker.raft;

import dev.penstock.broker.raft.DataDirectory.RepairNeed;
import dev.penstock.broker.raft.ReplicatedState.Position;
import dev.penstock.broker.raft.SnapshotOffer.StoredFile;
import dev.penstock.broker.raft.StartRefused.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a node whose state is damaged another one, before Raft starts. Raft's log and vote are whole and stay: without them
 * it would be a wiped voter. The leader would never send a snapshot, for the log tells it that nothing is missing; so one is
 * fetched from a peer that verified it, and verified again here. It takes the place of the live store and of all snapshots:
 * their tables are the same files. On the starting thread.
 *
 * <p>The mark goes last. After a crash in here all is done again.
 */
public final class Repair {
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);
    private static final int PART_BYTES = 1 << 20;
    private static final long ASK_AGAIN_MILLIS = 500;

    /** The other nodes. */
    public interface Peers {
        /** By node id, from those that answer: a snapshot at that index or later. */
        Map<String, SnapshotOffer> offers(long atLeast) throws InterruptedException;

        byte[] part(String peer, long index, String file, long offset, int length)
                throws IOException, InterruptedException;
    }

    private final DataDirectory directory;
    private final ReplicatedState.Opener opener;
    private final Peers peers;
    private final Path current;
    private final Path snapshots;

    private Repair(DataDirectory directory, String clusterId, ReplicatedState.Opener opener, Peers peers) {
        this.directory = directory;
        this.opener = opener;
        this.peers = peers;
        Path group =
                directory.raft().resolve(RaftLaunch.groupId(clusterId).getUuid().toString());
        this.current = group.resolve("current");
        this.snapshots = group.resolve("sm");
    }

    /** Does nothing unless the state is marked. */
    public static void mend(
            DataDirectory directory, String clusterId, StateMachines machines, Peers peers, Duration patience)
            throws StartRefused {
        Optional<RepairNeed> need = directory.repairNeed();
        if (need.isEmpty()) {
            return;
        }
        LOG.error(
                "The state of this node is not to be trusted ({}, index {}): it is replaced before the node takes part",
                need.get().reason(),
                need.get().index());
        try {
            new Repair(directory, clusterId, machines.opener(), peers).run(need.get(), patience);
        } catch (IOException e) {
            throw new StartRefused(
                    Reason.DAMAGED,
                    "The state of this node is damaged (" + need.get().reason() + ") and could not be replaced (" + e
                            + "): free space or mend the disk, and start it again; or empty its data directory and"
                            + " start it with --join.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartRefused(Reason.NOT_ANSWERED, "Interrupted while the state was being replaced.", e);
        }
    }

    private void run(RepairNeed need, Duration patience) throws IOException, InterruptedException, StartRefused {
        long firstLogIndex = TornTail.firstIndex(current);
        // Replay goes on after the snapshot: between it and the log no entry may be missing.
        long atLeast = firstLogIndex == Long.MAX_VALUE
                ? Math.max(0, LogWatermark.read(directory.watermark()))
                : firstLogIndex - 1;
        Path fetched = directory.repair().resolve("fetched");
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<Map.Entry<String, SnapshotOffer>> newestFirst = peers.offers(atLeast).entrySet().stream()
                    .filter(offer -> offer.getValue().index() >= atLeast)
                    .sorted(Comparator.comparingLong((Map.Entry<String, SnapshotOffer> offer) ->
                                    offer.getValue().index())
                            .reversed())
                    .toList();
            for (Map.Entry<String, SnapshotOffer> offer : newestFirst) {
                if (fetch(offer.getKey(), offer.getValue(), fetched)) {
                    install(
                            fetched,
                            new Position(
                                    offer.getValue().term(), offer.getValue().index()));
                    LOG.info(
                            "The state of this node was replaced by that of {} at index {}",
                            offer.getKey(),
                            offer.getValue().index());
                    return;
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new StartRefused(
                        Reason.DAMAGED,
                        "The state of this node is damaged (" + need.reason() + ", index " + need.index()
                                + ") and no other node gave it a whole one at index " + atLeast
                                + " or later: start the others, and this one again; or empty its data directory and"
                                + " start it with --join.");
            }
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
        }
    }

    /** False if that peer's does not do: another may have a better one. */
    private boolean fetch(String peer, SnapshotOffer offer, Path to) throws IOException, InterruptedException {
        DurableFiles.deleteTree(to);
        directory.files().createDirectories(to);
        for (StoredFile file : offer.files()) {
            if (!file.name().matches("[A-Za-z0-9._-]+")) {
                throw new IOException("node " + peer + " offers a file of the name " + file.name());
            }
            Path target = to.resolve(file.name());
            if (!copied(peer, offer.index(), file, target)
                    || !SnapshotShelf.sha256(target).equals(file.sha256())) {
                LOG.warn("Node {} did not give {} as it was offered", peer, file.name());
                return false;
            }
        }
        directory.files().syncTree(to);
        try {
            Position found = opener.verify(to);
            if (found.equals(new Position(offer.term(), offer.index()))) {
                return true;
            }
            LOG.warn("What node {} gave is at {}, not at index {}", peer, found, offer.index());
        } catch (IOException | RuntimeException e) {
            LOG.warn("What node {} gave is damaged", peer, e);
        }
        return false;
    }

    private boolean copied(String peer, long index, StoredFile file, Path target)
            throws IOException, InterruptedException {
        try (OutputStream out = Files.newOutputStream(target)) {
            for (long done = 0; done < file.bytes(); ) {
                byte[] part = part(peer, index, file.name(), done);
                if (part.length == 0) {
                    return false;
                }
                out.write(part);
                done += part.length;
            }
        }
        return Files.size(target) == file.bytes();
    }

    /** Empty if the peer does not give it any more: that is no fault of this node's disk. */
    private byte[] part(String peer, long index, String file, long offset) throws InterruptedException {
        try {
            return peers.part(peer, index, file, offset, PART_BYTES);
        } catch (IOException e) {
            LOG.warn("Node {} gives no more of {}", peer, file, e);
            return new byte[0];
        }
    }

    private void install(Path fetched, Position position) throws IOException {
        DurableFiles files = directory.files();
        Path old = directory.repair().resolve("old");
        DurableFiles.deleteTree(old);
        files.createDirectories(old);
        if (Files.exists(directory.liveState())) {
            files.rename(directory.liveState(), old.resolve("db"));
        }
        files.createDirectories(snapshots);
        for (Path snapshot : DurableFiles.children(snapshots)) {
            files.rename(snapshot, old.resolve(String.valueOf(snapshot.getFileName())));
        }
        files.rename(fetched, Snapshots.path(snapshots, position));
        directory.clearRepair();
        DurableFiles.deleteTree(directory.repair());
    }
}
