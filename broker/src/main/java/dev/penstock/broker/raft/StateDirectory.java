package dev.penstock.broker.raft;

import dev.penstock.broker.raft.ReplicatedState.Position;
import dev.penstock.broker.raft.Snapshots.Snapshot;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
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
        if (Files.exists(live)) {
            ReplicatedState state = opener.open(live);
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

    /** The live store, closed, becomes a copy of the snapshot. After a crash in here {@link #open} does it again. */
    ReplicatedState replaceWith(Snapshot snapshot) throws IOException {
        Path copy = rebuildPath();
        DurableFiles.deleteTree(copy);
        copy(snapshot.path(), copy);
        files.syncTree(copy);
        DurableFiles.deleteTree(live);
        files.rename(copy, live);
        ReplicatedState state = opener.open(live);
        Position at = new Position(state.appliedTerm(), state.appliedIndex());
        if (!at.equals(snapshot.position())) {
            state.close();
            throw new IOException(snapshot.path() + " holds the state at " + at + ", its name says "
                    + snapshot.position() + ": delete it, or replace this node (empty data directory, --join)");
        }
        return state;
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
