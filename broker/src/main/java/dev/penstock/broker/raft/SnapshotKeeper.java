package dev.penstock.broker.raft;

import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When to take a snapshot, taking it beside the apply thread, and how far the log may be purged after it: by bytes, and
 * whatever any follower does. {@link #applied} is called by the apply thread, {@link #tick} by a timer; the work itself runs
 * on the executor given, one at a time.
 */
final class SnapshotKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);
    /** How finely the bytes of the log are known by index. */
    private static final long SAMPLE_BYTES = 1 << 20;

    private record Sample(long index, long bytesBefore) {}

    private final SnapshotLimits limits;
    private final Snapshots snapshots;
    private final ReplicatedState.Opener opener;
    private final DurableFiles files;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final Runnable afterPublish;
    private final DiskGuard disk;
    private final FailStop failStop;

    // Guarded by this.
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private @Nullable ReplicatedState state;
    private long logBytes;
    private long bytesAtLast;
    private long lastNanos;
    private long lastPurge;
    private boolean running;

    /** @param afterPublish asks Ratis to take note, which purges its log */
    SnapshotKeeper(
            SnapshotLimits limits,
            Snapshots snapshots,
            ReplicatedState.Opener opener,
            DurableFiles files,
            Executor executor,
            LongSupplier nanoTime,
            Runnable afterPublish,
            DiskGuard disk,
            FailStop failStop) {
        this.limits = limits;
        this.snapshots = snapshots;
        this.opener = opener;
        this.files = files;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.afterPublish = afterPublish;
        this.disk = disk;
        this.failStop = failStop;
        this.lastNanos = nanoTime.getAsLong();
        this.lastPurge = snapshots.latestIndex();
    }

    /** The log that is there already at start: segment by segment, rising. */
    synchronized void logFound(long firstIndex, long bytes) {
        samples.add(new Sample(firstIndex, logBytes));
        logBytes += bytes;
        bytesAtLast = logBytes;
    }

    /** The state to copy; another one after an install from the leader, none in between. */
    synchronized void use(@Nullable ReplicatedState open) {
        state = open;
        if (open != null) {
            lastPurge = Math.max(lastPurge, snapshots.latestIndex());
        }
    }

    /** Cheap: the apply thread calls it for every entry. */
    synchronized void applied(long index, int bytes) {
        Sample newest = samples.peekLast();
        if (newest == null || logBytes - newest.bytesBefore() >= SAMPLE_BYTES) {
            samples.add(new Sample(index, logBytes));
        }
        logBytes += bytes;
        if (logBytes - bytesAtLast >= limits.everyLogBytes()) {
            trigger();
        }
    }

    synchronized void tick() {
        if (logBytes > bytesAtLast
                && nanoTime.getAsLong() - lastNanos >= TimeUnit.MILLISECONDS.toNanos(limits.everyMillis())) {
            trigger();
        }
    }

    /** Now, if anything was applied since the last one: somebody needs it. */
    synchronized void request() {
        if (logBytes > bytesAtLast || snapshots.latestIndex() < 0) {
            trigger();
        }
    }

    private void trigger() {
        ReplicatedState open = state;
        if (open == null || running || !disk.hasRoomForSnapshot()) {
            return;
        }
        running = true;
        bytesAtLast = logBytes;
        lastNanos = nanoTime.getAsLong();
        executor.execute(() -> take(open));
    }

    private void take(ReplicatedState open) {
        try {
            if (publishCheckpoint(open)) {
                afterPublish.run();
            }
        } catch (IOException | RuntimeException e) {
            if (isCurrent(open)) {
                // The store or the disk refused: see FailStop.
                failStop.halt("a snapshot could not be taken", e);
            } else {
                LOG.info("A snapshot was given up, the state was replaced meanwhile", e);
            }
        } finally {
            done();
        }
    }

    private boolean publishCheckpoint(ReplicatedState open) throws IOException {
        Path checkpoint = snapshots.newScratch("checkpoint");
        open.checkpoint(checkpoint);
        // Reads it back, as the follower or the restart that needs it would.
        Position position = opener.inspect(checkpoint);
        files.syncTree(checkpoint);
        if (snapshots.publish(checkpoint, position)) {
            LOG.info("Snapshot taken at term {}, index {}", position.term(), position.index());
            return true;
        }
        return false;
    }

    private synchronized boolean isCurrent(ReplicatedState open) {
        return open == state;
    }

    private synchronized void done() {
        running = false;
        notifyAll();
    }

    /** Waits until no checkpoint is being taken: before the state is closed. */
    synchronized void awaitIdle() throws InterruptedException {
        while (running) {
            wait();
        }
    }

    /**
     * The index that Ratis may purge up to, inclusive: below the newest complete snapshot, and so that the bytes to be kept
     * stay. Ratis wants numbers that never fall and that it has fed already; -1 says nothing new.
     *
     * @param fedIndex the newest entry that Ratis has fed since it started
     */
    synchronized long purgeUpTo(long fedIndex) {
        long keepFrom = logBytes - limits.keptLogBytes();
        long upTo = -1;
        for (Sample sample : samples) {
            if (sample.bytesBefore() > keepFrom) {
                break;
            }
            upTo = sample.index() - 1;
        }
        upTo = Math.min(upTo, snapshots.latestIndex());
        if (upTo <= lastPurge || upTo > fedIndex) {
            return -1;
        }
        lastPurge = upTo;
        while (samples.size() > 1 && samples.getFirst().index() <= upTo) {
            samples.removeFirst();
        }
        return upTo;
    }
}
