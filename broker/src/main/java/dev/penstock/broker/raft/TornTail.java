package dev.penstock.broker.raft;

import dev.penstock.broker.raft.LogSegments.Scan;
import dev.penstock.broker.raft.LogSegments.Segment;
import dev.penstock.broker.raft.StartRefused.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the log's tail what this node may believe, before Raft starts. After an unclean stop the open segment is rewritten:
 * its valid prefix is copied, forced to the disk and renamed into place. That cures two things at once: a record cut off by
 * a power cut in a preallocated file, on which Ratis refuses to start; and pages that a failed fsync left in the page cache
 * marked clean, which Ratis would read back and count as durable. Runs on the starting thread.
 */
final class TornTail {
    private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);

    private final DurableFiles files;

    TornTail(DurableFiles files) {
        this.files = files;
    }

    /** The last index that the log holds, -1 if it holds none. Changes nothing. */
    static long lastIndex(Path current) throws IOException {
        long last = -1;
        for (Segment segment : LogSegments.list(current)) {
            long end = segment.open()
                    ? LogSegments.scan(segment).lastIndex()
                    : segment.last().orElseThrow();
            last = Math.max(last, end);
        }
        return last;
    }

    /** The first index that the log holds, or {@link Long#MAX_VALUE}. */
    static long firstIndex(Path current) throws IOException {
        return LogSegments.list(current).stream()
                .mapToLong(Segment::first)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    void rewriteOpenSegments(Path current) throws IOException {
        for (Segment segment : LogSegments.list(current)) {
            if (segment.open()) {
                rewrite(LogSegments.scan(segment));
            }
        }
    }

    private void rewrite(Scan scan) throws IOException {
        Path file = scan.segment().file();
        scan.damage()
                .ifPresent(damage -> LOG.warn(
                        "{}: {}; entries up to {} are whole and kept, the rest was never acknowledged as durable",
                        file,
                        damage,
                        scan.lastIndex()));
        if (scan.lastIndex() < scan.segment().first()) {
            files.delete(file);
            return;
        }
        Path copy = file.resolveSibling(file.getFileName() + ".rewrite");
        files.copyPrefix(file, copy, scan.validBytes());
        files.rename(copy, file);
    }

    /**
     * A log that ends before the snapshot holds nothing that the snapshot does not. Ratis drops its closed segments then, but
     * not the open one, and takes no entry after that gap. Lowest first: after a crash the rest goes the same way.
     */
    void dropIfOvertaken(Path current, long snapshotIndex) throws IOException {
        List<Segment> segments = LogSegments.list(current);
        long last = lastIndex(current);
        if (segments.isEmpty() || last >= snapshotIndex) {
            return;
        }
        LOG.info(
                "The Raft log ends at index {}, the newest snapshot is at {}: the log is dropped", last, snapshotIndex);
        for (Segment segment : segments) {
            files.delete(segment.file());
        }
    }

    /** Ratis refuses a damaged closed segment without naming it. */
    static void nameDamagedSegment(Path current) throws IOException, StartRefused {
        for (Segment segment : LogSegments.list(current)) {
            if (segment.open()) {
                continue;
            }
            Scan scan = LogSegments.scan(segment);
            long expected = segment.last().orElseThrow();
            if (scan.damage().isPresent() || scan.lastIndex() != expected) {
                throw new StartRefused(
                        Reason.DAMAGED,
                        "The Raft log segment " + segment.file() + " is damaged: "
                                + scan.damage().orElse("it ends early") + "; its entries up to " + scan.lastIndex()
                                + " of " + expected + " are whole. These entries were acknowledged, so this node must"
                                + " not vote without them: replace it (empty data directory, --join).");
            }
        }
    }
}
