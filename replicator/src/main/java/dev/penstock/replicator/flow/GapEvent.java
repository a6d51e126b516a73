package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.render.EventTooLargeException;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.replicator.render.MessageRenderer;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;

/** The event that says in the log that changes are missing, as a batch of its own. */
final class GapEvent {

    private static final byte[] NONE = ChangeEvent.ABSENT;

    private GapEvent() {}

    /** What is missing and why, and whether a transaction was cut off by it, which only the log's present state tells. */
    static String reason(SourceState state, SourceFault.Gap gap) {
        String cut = state.lastInTransaction()
                ? ""
                : ". The last transaction stored, committed at " + state.last().commitLsn() + ", is incomplete";
        return gap.code() + ": " + gap.getMessage() + cut;
    }

    /** @param wallMicros now, microseconds since 1970 UTC */
    static EventBatch batch(SourceState state, SourceFault.Gap gap, long wallMicros, JsonBytes out)
            throws EventTooLargeException {
        byte[] record = MessageRenderer.gap(gap.from().toString(), gap.to().toString(), reason(state, gap), out);
        EventBatch.Builder batch = new EventBatch.Builder(state.name(), state.database(), state.last());
        batch.add(new ChangeEvent(
                position(state), Action.GAP, Route.SOURCE, wallMicros, 0, 0, 0, true, record, NONE, NONE, NONE));
        batch.endTransaction(state.bound());
        return batch.build();
    }

    /**
     * Where supply ended: at the bound, or, within a transaction that was cut off, after its last event. An operator's
     * resumption begins a new epoch, so that no later event can claim the place.
     */
    private static SourcePosition position(SourceState state) {
        SourcePosition last = state.last();
        Lsn bound = state.bound();
        return bound.isAfter(last.commitLsn())
                ? new SourcePosition(state.epoch(), bound, 0)
                : new SourcePosition(state.epoch(), last.commitLsn(), last.ordinal() + 1);
    }
}
