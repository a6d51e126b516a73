package dev.penstock.broker.raft;

import dev.penstock.broker.raft.ReplicatedState.Position;
import dev.penstock.broker.raft.Snapshots.Snapshot;
import dev.penstock.storage.codec.UnknownFormatException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which state this node goes on with: its live store, or a copy of its newest snapshot.
 *
 * <p>The live store wins while it is at least as new: Ratis feeds everything after the snapshot again, and what the store
 * has already is skipped. The snapshot wins if it is newer, which happens only if the process died between receiving it from
 * the leader and opening it. No entry is lost: Ratis purges its log only up to a snapshot that is complete. Used by one
 * thread at a time.
 */
final class StateDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);

    private final DurableFiles files;
    private final Path live;
    private final ReplicatedState.Opener opener;

    StateDirectory(DurableFiles files, Path live, ReplicatedState.Opener opener) {
        this.files = files;
        this.live = live;
        this.opener = opener;
    }

    /**
     * @param firstLogIndex of the Raft log on disk: without snapshot and live store it must be the beginning
     */
    ReplicatedState open(List<Snapshot> newestFirst, long firstLogIndex) throws IOException {
        files.createDirectories(DurableFiles.parentOf(live));
        DurableFiles.deleteTree(rebuildPath());
        DurableFiles.deleteTree(deadPath());
        if (Files.exists(live)) {
            ReplicatedState state = openLive(!newestFirst.isEmpty());
            if (state == null) {
                // Its tables are those of the live store under other names: what is wrong with one may be with the
                // other.
                opener.verify(newestFirst.get(0).path());
                return replaceWith(newestFirst.get(0));
            }
            if (newestFirst.isEmpty() || newestFirst.get(0).position().index() <= state.appliedIndex()) {
                return state;
            }
            LOG.warn(
                    "The live state is at index {}, the newest snapshot at {}: going on with the snapshot",
                    state.appliedIndex(),
                    newestFirst.get(0).position().index());
            state.close();
        } else if (newestFirst.isEmpty()) {
            if (firstLogIndex > 0 && firstLogIndex != Long.MAX_VALUE) {
                throw new IOException(
                        live + " is missing, there is no snapshot, and the Raft log begins at index " + firstLogIndex
                                + ": the state of this node is lost, replace it (empty data directory, --join)");
            }
            return opener.open(live);
        }
        return replaceWith(newestFirst.get(0));
    }

    /** Null if it is damaged and a snapshot can take its place. */
    private @Nullable ReplicatedState openLive(boolean replaceable) throws IOException {
        try {
            return opener.open(live);
        } catch (UnknownFormatException e) {
            // Not damaged: written by a newer version, and the snapshot may be older than it.
            throw e;
        } catch (IOException | RuntimeException e) {
            if (!replaceable) {
                throw e;
            }
            LOG.error("The live state cannot be opened: going on with the newest snapshot", e);
            return null;
        }
    }

    /**
     * The live store, closed, becomes a copy of the snapshot. After a crash in here {@link #open} does it again: the live
     * store is, at any time, the old one, absent, or the new one, never a part of either.
     */
    ReplicatedState replaceWith(Snapshot snapshot) throws IOException {
        Position at = opener.inspect(snapshot.path());
        if (!at.equals(snapshot.position())) {
            throw new IOException(snapshot.path() + " holds the state at " + at + ", its name says "
                    + snapshot.position() + ": delete it, or replace this node (empty data directory, --join)");
        }
        Path copy = rebuildPath();
        DurableFiles.deleteTree(copy);
        copy(snapshot.path(), copy);
        files.syncTree(copy);
        Path dead = deadPath();
        DurableFiles.deleteTree(dead);
        if (Files.exists(live)) {
            files.rename(live, dead);
        }
        files.rename(copy, live);
        DurableFiles.deleteTree(dead);
        return opener.open(live);
    }

    /** What is being deleted: half of a store must not be taken for one. */
    private Path deadPath() {
        return live.resolveSibling(live.getFileName() + ".dead");
    }

    private Path rebuildPath() {
        return live.resolveSibling(live.getFileName() + ".rebuild");
    }

    /** RocksDB never changes a table file, so a second name for it will do; everything else is copied. */
    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path target = to.resolve(from.relativize(file));
                if (String.valueOf(file.getFileName()).endsWith(".sst")) {
                    Files.createLink(target, file);
                } else if (!Snapshots.isDigest(file)) {
                    Files.copy(file, target);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
