package dev.penstock.broker.raft;

import dev.penstock.broker.raft.StartRefused.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory of one node: its layout, its lock, and the small durable facts in it. Locked from {@link #open} to
 * {@link #close}. Used by the starting thread.
 *
 * <pre>
 *   identity        cluster, node, peer UUID, founders; written once (NodeIdentity)
 *   forming         peer UUID, before the cluster is formed
 *   joining         an operator said --join, and the cluster has not taken it in yet
 *   raft-born       Raft has written its storage once: if that is gone later, it was wiped
 *   repair-needed   the state is not to be trusted: why, and since which index; no start before it is replaced (Repair)
 *   running         present while a process uses the directory: an unclean stop leaves it
 *   raft-watermark  a committed index that the log on disk must reach (LogWatermark)
 *   lock            held by the process
 *   raft/           Ratis: log, vote, snapshots
 *   machine/db/     the live state
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
    private static final String FORMAT = "1";
    private static final String REPAIR = "repair-needed";

    private final Path root;
    private final DurableFiles files;
    private final FileChannel lockChannel;

    private DataDirectory(Path root, DurableFiles files, FileChannel lockChannel) {
        this.root = root;
        this.files = files;
        this.lockChannel = lockChannel;
    }

    /** True once a node has found out who it is there; changes nothing. */
    public static boolean isBelongingToANode(Path root) {
        return Files.exists(root.resolve("identity"));
    }

    public static DataDirectory open(Path root) throws StartRefused {
        return open(root, Fsync.DISK);
    }

    static DataDirectory open(Path root, Fsync fsync) throws StartRefused {
        DurableFiles files = new DurableFiles(fsync);
        Path absolute = root.toAbsolutePath().normalize();
        FileChannel channel;
        try {
            files.createDirectories(absolute);
            channel = FileChannel.open(absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StartRefused(
                    Reason.UNWRITABLE,
                    "The data directory " + absolute + " cannot be written (" + e
                            + "): give this process's user write access to it, or configure another one.",
                    e);
        }
        FileLock lock = tryLock(channel);
        if (lock == null) {
            closeQuietly(channel);
            throw new StartRefused(
                    Reason.IN_USE,
                    "The data directory " + absolute
                            + " is in use by another process: stop that one, or configure another directory.");
        }
        return new DataDirectory(absolute, files, channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException | IOException e) {
            // Held within this JVM, or the file system cannot lock: both mean that exclusive use is not proven.
            return null;
        }
    }

    public Path root() {
        return root;
    }

    Path raft() {
        return root.resolve("raft");
    }

    Path liveState() {
        return root.resolve("machine").resolve("db");
    }

    /** What is fetched from a peer, until it is whole. */
    Path repair() {
        return root.resolve("repair");
    }

    Path watermark() {
        return root.resolve("raft-watermark");
    }

    DurableFiles files() {
        return files;
    }

    public Optional<NodeIdentity> identity() throws StartRefused {
        return read("identity", p -> {
            Map<String, UUID> founders = new TreeMap<>();
            for (String key : p.stringPropertyNames()) {
                if (key.startsWith("founder.")) {
                    founders.put(key.substring("founder.".length()), UUID.fromString(required(p, key)));
                }
            }
            return new NodeIdentity(
                    required(p, "cluster"), required(p, "node"), UUID.fromString(required(p, "peer")), founders);
        });
    }

    void writeIdentity(NodeIdentity identity) throws IOException {
        StringBuilder text = new StringBuilder("format=" + FORMAT + "\n");
        text.append("cluster=").append(identity.clusterId()).append('\n');
        text.append("node=").append(identity.nodeId()).append('\n');
        text.append("peer=").append(identity.peerUuid()).append('\n');
        identity.foundersInOrder()
                .forEach((node, uuid) -> text.append("founder.")
                        .append(node)
                        .append('=')
                        .append(uuid)
                        .append('\n'));
        files.replace(root.resolve("identity"), text.toString().getBytes(StandardCharsets.UTF_8));
        files.delete(root.resolve("forming"));
    }

    /** The UUID that this directory will have if the cluster is formed with it; durable once returned. */
    UUID formingUuid() throws StartRefused, IOException {
        Optional<UUID> forming = read("forming", p -> UUID.fromString(required(p, "peer")));
        if (forming.isPresent()) {
            return forming.get();
        }
        UUID made = UUID.randomUUID();
        files.replace(
                root.resolve("forming"),
                ("format=" + FORMAT + "\npeer=" + made + "\n").getBytes(StandardCharsets.UTF_8));
        return made;
    }

    /** True until the cluster has taken in this directory, which was started to join it. */
    public boolean isJoining() {
        return Files.exists(root.resolve("joining"));
    }

    void markJoining() throws IOException {
        mark("joining");
    }

    /** It will not ask again: a directory whose place was taken by another must not take it back. */
    public void markJoined() throws IOException {
        files.delete(root.resolve("joining"));
    }

    /**
     * Why the state of this node must not be used.
     *
     * @param index of the Raft entry up to which it was applied, or at which the difference was seen
     */
    record RepairNeed(String reason, long index) {}

    Optional<RepairNeed> repairNeed() throws StartRefused {
        return read(REPAIR, p -> new RepairNeed(required(p, "reason"), Long.parseLong(required(p, "index"))));
    }

    /** Durable when it returns; the first reason stays. */
    synchronized void markForRepair(RepairNeed need) throws IOException {
        Path mark = root.resolve(REPAIR);
        if (!Files.exists(mark)) {
            String reason = need.reason().replaceAll("[\\p{Cntrl}\\\\]", " ");
            files.replace(
                    mark,
                    ("format=" + FORMAT + "\nreason=" + reason + "\nindex=" + need.index() + "\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    void clearRepair() throws IOException {
        files.delete(root.resolve(REPAIR));
    }

    /** Ends the process like the other; damage of the state is noted before, so that the next start does not use it. */
    public FailStop markingDamage(FailStop end) {
        return (reason, cause) -> {
            if (StateDamaged.isBehind(cause)) {
                noteDamage(reason + ": " + cause, -1);
            }
            end.halt(reason, cause);
        };
    }

    /** As {@link #markForRepair}, for one that ends anyway. */
    void noteDamage(String reason, long index) {
        try {
            markForRepair(new RepairNeed(reason, index));
        } catch (IOException e) {
            LOG.error("That the state is damaged could not be noted: the next start uses it again", e);
        }
    }

    boolean raftBorn() {
        return Files.exists(root.resolve("raft-born"));
    }

    void markRaftBorn() throws IOException {
        mark("raft-born");
    }

    /** True if the last process that used this directory did not end in order. */
    boolean stoppedUncleanly() {
        return Files.exists(root.resolve("running"));
    }

    void markRunning() throws IOException {
        mark("running");
    }

    void markStoppedInOrder() throws IOException {
        files.delete(root.resolve("running"));
    }

    private void mark(String name) throws IOException {
        if (!Files.exists(root.resolve(name))) {
            files.replace(root.resolve(name), new byte[0]);
        }
    }

    private <T> Optional<T> read(String name, Function<Properties, T> parse) throws StartRefused {
        Path file = root.resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            if (!FORMAT.equals(properties.getProperty("format"))) {
                throw new StartRefused(
                        Reason.DAMAGED,
                        file + " has format " + properties.getProperty("format") + ", this program reads " + FORMAT
                                + ": start the version that wrote it, or a newer one.");
            }
            return Optional.of(parse.apply(properties));
        } catch (IOException | IllegalArgumentException e) {
            throw new StartRefused(
                    Reason.DAMAGED,
                    file + " cannot be read (" + e + "): restore it, or replace this node (empty directory, --join).",
                    e);
        }
    }

    private static String required(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException("'" + key + "' is missing");
        }
        return value;
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        closeQuietly(lockChannel);
    }
}
