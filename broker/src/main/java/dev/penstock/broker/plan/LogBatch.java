package dev.penstock.broker.plan;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.StoredBatch;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A stored batch with its header and index decoded; bodies are decoded when first asked for, so that a scan over events
 * that nobody wants never decompresses one. Thread-safe: a race decodes twice, to equal values.
 */
public final class LogBatch {

    private final StoredBatch stored;
    private final BatchHeader header;
    private final EventBatch.Columns columns;
    private final BitSet duplicates = new BitSet();
    private volatile @Nullable EventBatch decoded;

    public LogBatch(StoredBatch stored) {
        this.stored = stored;
        this.header = BatchCodec.header(stored.encoded());
        this.columns = BatchCodec.columns(stored.encoded());
        stored.duplicates().forEach(duplicates::set);
    }

    public long baseOffset() {
        return stored.baseOffset();
    }

    public long endOffset() {
        return stored.endOffset();
    }

    public BatchHeader header() {
        return header;
    }

    public EventBatch.Columns columns() {
        return columns;
    }

    /** Log time at which it was appended, milliseconds. */
    public long stampMillis() {
        return stored.stampMillis();
    }

    /** Whether the event is a message that repeats one sent to its queue before, as the log has decided. */
    public boolean isDuplicate(int i) {
        return duplicates.get(i);
    }

    public int size() {
        return header.eventCount();
    }

    public EventBatch decoded() {
        EventBatch batch = decoded;
        if (batch == null) {
            batch = BatchCodec.decode(stored.encoded());
            decoded = batch;
        }
        return batch;
    }

    boolean isDecoded() {
        return decoded != null;
    }

    /** Heap bytes to reckon with once the bodies are decoded: encoded form, bodies, about 60 bytes of index an event. */
    long weightBytes() {
        return stored.encoded().length + (long) columns.bodyStart(size()) + 60L * size() + 512;
    }
}
