package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.BatchFacts;
import java.util.ArrayList;
import java.util.List;

/** Which batches retention takes: decided in apply, and looked up before by the leader, to know that it is time. */
final class TrimRule {

    private TrimRule() {}

    /**
     * From which offset on a stream is kept for its groups.
     *
     * @param held by groups that hold the log, up to the stream's bound on that
     * @param dying the first event that is to become a dead letter and is not stored as one yet: kept whatever the bounds
     */
    record Kept(long held, long dying) {}

    /**
     * The oldest batches that are over the stream's retention; at most {@code max}.
     *
     * @param kept what the log is kept for
     */
    static List<BatchFacts> due(KeyReader reader, StreamState stream, Kept kept, long clockMillis, int max) {
        List<BatchFacts> due = new ArrayList<>();
        Retention retention = stream.retention();
        if (retention.isUnlimited() || max <= 0) {
            return due;
        }
        long bytes = stream.bytes();
        try (Cursor cursor = reader.cursor(Space.STATE, BatchFacts.range(stream.id(), stream.earliest()))) {
            for (; cursor.isValid() && due.size() < max; cursor.next()) {
                BatchFacts batch = BatchFacts.at(cursor);
                boolean isHeld = batch.endOffset() > kept.held && bytes <= retention.holdLimitBytes();
                boolean isNeeded = batch.endOffset() > kept.dying;
                if (isHeld || isNeeded || !retention.isOver(batch.stampMillis(), clockMillis, bytes)) {
                    break;
                }
                due.add(batch);
                bytes -= batch.batchBytes();
            }
        }
        return due;
    }
}
