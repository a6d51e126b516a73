package org.apache.ratis.server.storage;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this server's term and vote, in the place and the file format of Ratis' own class of this name, but durably:
 * temporary file, fsync, rename, and fsync of the <em>directory</em>. Without the last a power cut can bring back the file
 * before, and with it a vote that was already given away: two leaders of one term become possible. Every vote passes here,
 * the granted ones and the candidate's own, before any message about it leaves. Thread-safe.
 *
 * <p>It must stand before ratis-server on the class path; the node asserts at start that it does. Why this way:
 * docs/adr/0002-raft-meta-directory-fsync.md. The class alone is null-marked: the rest of the package is Ratis'.
 */
@NullMarked
class RaftStorageMetadataFileImpl implements RaftStorageMetadataFile {

    /** Forces the entries of a directory. A seam for the test that must see the order of the steps. */
    interface DirectorySync {
        void force(Path directory) throws IOException;
    }

    private static final String TERM = "term";
    private static final String VOTED_FOR = "votedFor";

    private final Path file;
    private final DirectorySync directorySync;
    private @Nullable RaftStorageMetadata current;

    RaftStorageMetadataFileImpl(File file) {
        this(file, RaftStorageMetadataFileImpl::forceDirectory);
    }

    RaftStorageMetadataFileImpl(File file, DirectorySync directorySync) {
        this.file = file.toPath().toAbsolutePath();
        this.directorySync = directorySync;
    }

    @Override
    public synchronized RaftStorageMetadata getMetadata() throws IOException {
        RaftStorageMetadata known = current;
        if (known == null) {
            known = load();
            current = known;
        }
        return known;
    }

    @Override
    public synchronized void persist(RaftStorageMetadata metadata) throws IOException {
        if (metadata.equals(current)) {
            return;
        }
        // Unknown until the disk has it: a failed write must not be taken for the state at the next call.
        current = null;
        write(metadata);
        current = metadata;
    }

    private RaftStorageMetadata load() throws IOException {
        if (!Files.exists(file)) {
            return RaftStorageMetadata.getDefault();
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
        String term = properties.getProperty(TERM);
        String votedFor = properties.getProperty(VOTED_FOR);
        if (term == null || votedFor == null) {
            throw new IOException(file + ": expected the keys term and votedFor, found " + properties.keySet()
                    + ": the vote of this node is lost, replace the node (empty data directory, --join)");
        }
        try {
            return RaftStorageMetadata.valueOf(Long.parseLong(term.trim()), RaftPeerId.valueOf(votedFor));
        } catch (NumberFormatException e) {
            throw new IOException(file + ": expected a number as term, found '" + term + "'", e);
        }
    }

    private void write(RaftStorageMetadata metadata) throws IOException {
        String text = "#\n" + TERM + "=" + metadata.getTerm() + "\n" + VOTED_FOR + "=" + metadata.getVotedFor() + "\n";
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException(file + " has no directory");
        }
        directorySync.force(directory);
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String toString() {
        return "RaftStorageMetadataFile:" + file;
    }
}
