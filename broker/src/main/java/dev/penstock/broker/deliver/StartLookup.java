package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import java.util.function.LongPredicate;

/**
 * Finds the offset that a time or an LSN means: a binary search over the batches of the log, then a walk through the index of
 * one. Stateless but for the cache of batches; reads some twenty batches of a log of a million.
 */
final class StartLookup {

    private final LogBatches batches;

    StartLookup(LogBatches batches) {
        this.batches = batches;
    }

    /** The position with its offset, if it needs one. */
    StartPosition resolved(MachineView view, StreamState stream, StartPosition position) {
        if (position instanceof StartPosition.AtTime at) {
            return new StartPosition.AtTime(at.micros(), ofTime(view, stream, at.micros()));
        }
        if (position instanceof StartPosition.AtLsn at) {
            return new StartPosition.AtLsn(at.lsn(), ofLsn(view, stream, at.lsn()));
        }
        return position;
    }

    /** Commit times are not in order; no event before the one that is found was committed then or later. */
    private long ofTime(MachineView view, StreamState stream, long micros) {
        long in = firstBatch(
                stream,
                offset -> view.batchAt(stream.id(), offset)
                                .map(StoredBatch::maxCommitMicros)
                                .orElse(Long.MAX_VALUE)
                        >= micros);
        return firstEvent(view, stream, in, (columns, i) -> columns.commitMicros(i) >= micros);
    }

    /** LSNs repeat from epoch to epoch: the present one is meant, or that of the stream's last event if it has none yet. */
    private long ofLsn(MachineView view, StreamState stream, Lsn lsn) {
        int epoch =
                view.source(stream.name()).map(source -> source.last().epoch()).orElse(0);
        SourcePosition from = new SourcePosition(epoch, lsn, 0);
        long in = firstBatch(
                stream, offset -> batch(view, stream, offset).header().last().compareTo(from) >= 0);
        return firstEvent(view, stream, in, (columns, i) -> columns.position(i).compareTo(from) >= 0);
    }

    /** An offset in the first batch that is far enough, or the stream's end. {@code far} is asked about batches only. */
    private static long firstBatch(StreamState stream, LongPredicate far) {
        long low = stream.earliest();
        long high = stream.end();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (far.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private interface Event {
        boolean isWanted(EventBatch.Columns columns, int i);
    }

    private long firstEvent(MachineView view, StreamState stream, long offset, Event event) {
        if (offset >= stream.end()) {
            return stream.end();
        }
        LogBatch batch = batch(view, stream, offset);
        for (int i = 0; i < batch.size(); i++) {
            long at = batch.baseOffset() + i;
            if (at >= stream.earliest() && event.isWanted(batch.columns(), i)) {
                return at;
            }
        }
        return batch.endOffset();
    }

    private LogBatch batch(MachineView view, StreamState stream, long offset) {
        return batches.at(view, stream.id(), offset)
                .orElseThrow(() -> new IllegalStateException("expected offset " + offset + " of stream " + stream.name()
                        + ", below its end " + stream.end() + ", to be stored"));
    }
}
