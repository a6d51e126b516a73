package dev.penstock.broker.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the rest of the disk for what must go on: below the limit no new events are taken, leases and settles are. A disk
 * that is full ends the process, and leaves it nothing to start with. Looked at once a second by one thread, asked by any.
 */
public final class DiskGuard {
    private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);

    /** How much free space there is. */
    @FunctionalInterface
    public interface Probe {
        long freeBytes() throws IOException;
    }

    private final Probe probe;
    private final long minFreeBytes;
    private volatile boolean full;
    private volatile boolean roomForSnapshot = true;
    private boolean blind;

    /** @param minFreeBytes below it nothing new is taken; below half of it no snapshot either */
    public DiskGuard(Probe probe, long minFreeBytes) {
        this.probe = probe;
        this.minFreeBytes = minFreeBytes;
        look();
    }

    public static DiskGuard of(Path directory, long minFreeBytes) {
        return new DiskGuard(() -> Files.getFileStore(directory).getUsableSpace(), minFreeBytes);
    }

    void look() {
        long free;
        try {
            free = probe.freeBytes();
            blind = false;
        } catch (IOException e) {
            if (!blind) {
                LOG.warn("The free space cannot be told; what was known last holds", e);
                blind = true;
            }
            return;
        }
        // A snapshot frees log, so it is given up last; it writes out what is only in memory yet.
        roomForSnapshot = free >= minFreeBytes / 2;
        boolean was = full;
        // A tenth more to come back: it would turn with every file that is deleted.
        full = free < (was ? minFreeBytes + minFreeBytes / 10 : minFreeBytes);
        if (full && !was) {
            LOG.error(
                    "{} bytes are free on the disk of the data directory, storage.min_free is {}: no new events are"
                            + " taken until there is more",
                    free,
                    minFreeBytes);
        } else if (was && !full) {
            LOG.info("{} bytes are free on the disk of the data directory: new events are taken again", free);
        }
    }

    /** True while new events are refused. */
    public boolean isFull() {
        return full;
    }

    boolean hasRoomForSnapshot() {
        return roomForSnapshot;
    }

    public long minFreeBytes() {
        return minFreeBytes;
    }
}
