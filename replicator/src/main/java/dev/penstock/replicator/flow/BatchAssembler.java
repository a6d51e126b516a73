package dev.penstock.replicator.flow;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects events into batches and closes them by bytes, events or age. One event is held back until it is known whether
 * it is the last of its transaction, so that the batch with the last event carries the transaction's end. One thread.
 */
final class BatchAssembler {

    /** Under a steady stream a batch closes at this many times the linger even if it is not full. */
    private static final int BUSY_LINGERS = 10;

    private final String source;
    private final String database;
    private final SourceConfig.Limits limits;
    private final Consumer<EventBatch> sink;
    private SourcePosition last;
    private EventBatch.@Nullable Builder builder;
    private @Nullable ChangeEvent held;
    private long openedNanos;

    /** @param last position of the log's last event */
    BatchAssembler(
            String source,
            String database,
            SourceConfig.Limits limits,
            SourcePosition last,
            Consumer<EventBatch> sink) {
        this.source = source;
        this.database = database;
        this.limits = limits;
        this.last = last;
        this.sink = sink;
    }

    void add(ChangeEvent event, long nowNanos) {
        release(nowNanos);
        held = event;
    }

    /** The event added last, if it is still held back, ends its transaction. */
    void endTransaction(Lsn end, long nowNanos) {
        if (held == null) {
            return;
        }
        EventBatch.Builder into = put(held, nowNanos);
        held = null;
        into.endTransaction(end);
        closeIfFull(into);
    }

    /** Nothing is collected here, not even a held event. */
    boolean isEmpty() {
        return held == null && builder == null;
    }

    /**
     * @param idle the server has nothing more for us at this moment
     * @param pipelineEmpty no earlier batch is on its way
     */
    void closeIfDue(boolean idle, boolean pipelineEmpty, long nowNanos) {
        if (builder == null) {
            return;
        }
        long age = nowNanos - openedNanos;
        long linger = TimeUnit.MILLISECONDS.toNanos(limits.lingerMillis());
        if ((idle && (pipelineEmpty || age >= linger)) || age >= BUSY_LINGERS * linger) {
            close(builder);
        }
    }

    /** Hands on all that is collected, also an event whose transaction has not ended. */
    void closeAll(long nowNanos) {
        release(nowNanos);
        if (builder != null) {
            close(builder);
        }
    }

    private void release(long nowNanos) {
        if (held != null) {
            EventBatch.Builder into = put(held, nowNanos);
            held = null;
            closeIfFull(into);
        }
    }

    private EventBatch.Builder put(ChangeEvent event, long nowNanos) {
        // A batch stays below the target, or is a single larger event.
        if (builder != null && builder.bodyBytes() + event.renderedBytes() > limits.targetBatchBytes()) {
            close(builder);
        }
        EventBatch.Builder into = builder;
        if (into == null) {
            into = new EventBatch.Builder(source, database, last);
            builder = into;
            openedNanos = nowNanos;
        }
        into.add(event);
        return into;
    }

    private void closeIfFull(EventBatch.Builder into) {
        if (into.bodyBytes() >= limits.targetBatchBytes() || into.count() >= limits.maxBatchEvents()) {
            close(into);
        }
    }

    private void close(EventBatch.Builder full) {
        builder = null;
        last = full.last();
        sink.accept(full.build());
    }
}
