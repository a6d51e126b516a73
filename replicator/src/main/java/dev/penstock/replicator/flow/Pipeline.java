package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.SourcePosition;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Batches that were proposed and whose outcome is not known yet, in their order. Outcomes may come in any order; they are
 * taken in the order of the proposals. One thread; outcomes arrive on others and only wake it.
 */
final class Pipeline {

    private final SourceLog log;
    private final int maxOutstandingBytes;
    private final Runnable wake;
    private final Queue<Proposed> outstanding = new ArrayDeque<>();
    private long outstandingBytes;
    private SourcePosition storedLast;

    /** @param last position of the log's last event */
    Pipeline(SourceLog log, int maxOutstandingBytes, SourcePosition last, Runnable wake) {
        this.log = log;
        this.maxOutstandingBytes = maxOutstandingBytes;
        this.storedLast = last;
        this.wake = wake;
    }

    private record Proposed(BatchHeader header, long bytes, CompletableFuture<SourceLog.AppendOutcome> outcome) {}

    void propose(EventBatch batch) {
        CompletableFuture<SourceLog.AppendOutcome> outcome = log.append(batch);
        long bytes = batch.bodies().length;
        outstanding.add(new Proposed(batch.header(), bytes, outcome));
        outstandingBytes += bytes;
        Outcomes.wake(outcome, wake);
    }

    boolean isEmpty() {
        return outstanding.isEmpty();
    }

    /** True while the next batch has to wait. A single batch larger than the bound passes alone. */
    boolean isFull() {
        return outstandingBytes >= maxOutstandingBytes;
    }

    /** Position of the last event known to be stored. */
    SourcePosition storedLast() {
        return storedLast;
    }

    /** The header of the next batch that was stored; null if none was since. Anything but "stored" is a fault. */
    @Nullable
    BatchHeader takeStored() throws SourceFault {
        Proposed next = outstanding.peek();
        if (next == null || !next.outcome().isDone()) {
            return null;
        }
        SourceLog.AppendOutcome outcome = Outcomes.of(next.outcome(), "appending a batch");
        if (outcome instanceof SourceLog.AppendOutcome.Stored) {
            outstanding.remove();
            outstandingBytes -= next.bytes();
            storedLast = next.header().last();
            return next.header();
        }
        if (outcome instanceof SourceLog.AppendOutcome.Refused refused) {
            throw new SourceFault.Retry("log_refused", "the log refused a batch: " + refused.detail());
        }
        // Duplicate or mismatch: an earlier proposal of unknown outcome was applied after all. Begin again from there.
        throw new SourceFault.Retry("log_moved", "the log is not where this batch goes on from: " + outcome);
    }
}
