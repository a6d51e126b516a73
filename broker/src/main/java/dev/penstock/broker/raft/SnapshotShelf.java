package dev.penstock.broker.raft;

import dev.penstock.broker.raft.SnapshotOffer.StoredFile;
import dev.penstock.broker.raft.Snapshots.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives this node's newest snapshot to a peer whose own state is damaged. It is verified first, block by block: a copy of a
 * bad table would be as bad, with a correct hash. Reads the disk; one call at a time.
 */
final class SnapshotShelf {
    /** A peer reads on at once; one that does not has given up. */
    private static final long HELD_MILLIS = 120_000;

    private final Snapshots snapshots;
    private final SnapshotKeeper keeper;
    private final ReplicatedState.Opener opener;
    private @Nullable SnapshotOffer verified;

    SnapshotShelf(Snapshots snapshots, SnapshotKeeper keeper, ReplicatedState.Opener opener) {
        this.snapshots = snapshots;
        this.keeper = keeper;
        this.opener = opener;
    }

    /** Empty if there is none at that index or later; one is taken then. */
    synchronized Optional<SnapshotOffer> offer(long atLeast) throws IOException {
        List<Snapshot> all = snapshots.list();
        if (all.isEmpty() || all.get(0).position().index() < atLeast) {
            keeper.request();
            return Optional.empty();
        }
        Snapshot newest = all.get(0);
        snapshots.hold(newest.position(), HELD_MILLIS);
        SnapshotOffer known = verified;
        if (known == null || known.index() != newest.position().index()) {
            ReplicatedState.Position found = opener.verify(newest.path());
            if (!found.equals(newest.position())) {
                throw new StateDamaged(newest.path() + " holds the state at " + found);
            }
            known = new SnapshotOffer(found.term(), found.index(), files(newest.path()));
            verified = known;
            snapshots.hold(newest.position(), HELD_MILLIS);
        }
        return Optional.of(known);
    }

    private static List<StoredFile> files(Path directory) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        for (Path file : DurableFiles.children(directory)) {
            if (!Snapshots.isDigest(file)) {
                files.add(new StoredFile(String.valueOf(file.getFileName()), Files.size(file), sha256(file)));
            }
        }
        return files;
    }

    /** Only of what was offered last. */
    synchronized byte[] read(long index, String name, long offset, int length) throws IOException {
        SnapshotOffer known = verified;
        if (known == null
                || known.index() != index
                || known.files().stream().noneMatch(file -> file.name().equals(name))) {
            throw new IOException("expected a file of the snapshot that was offered, but got " + name + " at " + index);
        }
        ReplicatedState.Position position = new ReplicatedState.Position(known.term(), known.index());
        snapshots.hold(position, HELD_MILLIS);
        try (FileChannel file = FileChannel.open(snapshots.path(position).resolve(name), StandardOpenOption.READ)) {
            ByteBuffer part = ByteBuffer.allocate((int) Math.max(0, Math.min(length, file.size() - offset)));
            while (part.hasRemaining() && file.read(part, offset + part.position()) > 0) {
                // Until it is whole.
            }
            return part.array();
        }
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
