package dev.penstock.broker.raft;

import dev.penstock.broker.raft.ReplicatedState.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * The complete snapshots of this node: directories {@code sm/snapshot.<term>_<index>}, each a RocksDB checkpoint that was
 * verified and forced to the disk before it got its name. Ratis replaces all of {@code sm/} when it installs one from the
 * leader. Thread-safe: {@link #getLatestSnapshot} is called very often and reads a field; changes are made under a lock.
 */
final class Snapshots implements StateMachineStorage {
    private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");
    /** So that none is deleted while the leader is still sending it. */
    private static final int KEPT = 2;

    private final DurableFiles files;
    private final Path directory;
    private final Path scratch;
    private final Map<Position, Long> heldUntilNanos = new HashMap<>();
    private volatile @Nullable SnapshotInfo latest;
    private boolean installing;

    /** @param scratch where Ratis gathers what the leader sends, and we what is not finished; emptied here */
    Snapshots(DurableFiles files, Path directory, Path scratch) throws IOException {
        this.files = files;
        this.directory = directory;
        this.scratch = scratch;
        DurableFiles.deleteTree(scratch);
        files.createDirectories(scratch);
        files.createDirectories(directory);
        refresh();
    }

    record Snapshot(Path path, Position position) {}

    /** Newest first. */
    List<Snapshot> list() throws IOException {
        return list(directory);
    }

    /** -1 if there is none. */
    static long newestIndex(Path directory) throws IOException {
        List<Snapshot> all = list(directory);
        return all.isEmpty() ? -1 : all.get(0).position().index();
    }

    private static List<Snapshot> list(Path directory) throws IOException {
        List<Snapshot> found = new ArrayList<>();
        for (Path child : DurableFiles.children(directory)) {
            Matcher name = NAME.matcher(String.valueOf(child.getFileName()));
            if (name.matches() && Files.isDirectory(child)) {
                found.add(new Snapshot(
                        child, new Position(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))));
            }
        }
        found.sort(
                Comparator.comparingLong((Snapshot s) -> s.position().index()).reversed());
        return found;
    }

    Path path(Position position) {
        return path(directory, position);
    }

    static Path path(Path directory, Position position) {
        return directory.resolve("snapshot." + position.term() + "_" + position.index());
    }

    /** An unused path for a checkpoint to be. */
    Path newScratch(String name) throws IOException {
        Path path = scratch.resolve(name);
        DurableFiles.deleteTree(path);
        return path;
    }

    /**
     * Gives a complete, forced checkpoint its name. False if a snapshot from the leader is being installed meanwhile, or a
     * newer one is there: then the checkpoint is thrown away.
     */
    synchronized boolean publish(Path checkpoint, Position position) throws IOException {
        SnapshotInfo newest = latest;
        if (installing || (newest != null && newest.getIndex() >= position.index())) {
            DurableFiles.deleteTree(checkpoint);
            return false;
        }
        files.rename(checkpoint, path(position));
        refresh();
        dropOld();
        return true;
    }

    /** A snapshot from the leader is about to take the place of the whole directory: what arrived must be on disk first. */
    synchronized void installBegins() throws IOException {
        installing = true;
        for (Path arrived : DurableFiles.children(scratch)) {
            if (String.valueOf(arrived.getFileName()).startsWith("snapshot-")) {
                files.syncTree(arrived);
            }
        }
    }

    synchronized void installEnded() throws IOException {
        installing = false;
        files.syncTree(directory);
        files.syncDirectory(DurableFiles.parentOf(directory));
        refresh();
    }

    private void refresh() throws IOException {
        List<Snapshot> all = list();
        latest = all.isEmpty() ? null : info(all.get(0));
    }

    private static SnapshotInfo info(Snapshot snapshot) throws IOException {
        List<FileInfo> parts = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(snapshot.path())) {
            tree.filter(Files::isRegularFile)
                    .filter(file -> !isDigest(file))
                    .sorted()
                    .forEach(file -> parts.add(new FileInfo(file, null)));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new FileListSnapshotInfo(
                parts, snapshot.position().term(), snapshot.position().index());
    }

    /** Ratis leaves one beside each file that it received. */
    static boolean isDigest(Path file) {
        return String.valueOf(file.getFileName()).endsWith(".md5");
    }

    /** It is being read by a peer: not dropped for so long, whatever is newer. */
    synchronized void hold(Position position, long millis) {
        heldUntilNanos.put(position, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void dropOld() throws IOException {
        long now = System.nanoTime();
        heldUntilNanos.values().removeIf(until -> until - now <= 0);
        List<Snapshot> all = list();
        for (Snapshot old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            if (heldUntilNanos.containsKey(old.position())) {
                continue;
            }
            // Out of sight first: a half-deleted one must not look complete after a crash.
            Path dead = newScratch("deleted-" + old.path().getFileName());
            Files.move(old.path(), dead);
            DurableFiles.deleteTree(dead);
        }
    }

    // ---- what Ratis asks ----

    @Override
    public void init(RaftStorage raftStorage) {
        // Opened in the constructor.
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public void format() {
        // Nothing is formatted: a directory without snapshots is one.
    }

    @Override
    public void cleanupOldSnapshots(@Nullable SnapshotRetentionPolicy policy) {
        // Done when one is published, not on the apply thread.
    }

    /** -1 if there is none. */
    long latestIndex() {
        SnapshotInfo newest = latest;
        return newest == null ? -1 : newest.getIndex();
    }

    @Nullable
    TermIndex latestTermIndex() {
        SnapshotInfo newest = latest;
        return newest == null ? null : newest.getTermIndex();
    }
}
