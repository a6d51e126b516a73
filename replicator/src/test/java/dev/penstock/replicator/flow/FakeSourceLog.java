package dev.penstock.replicator.flow;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of one source in memory, with the rules of the real one: compare-and-append, bound, intent, ready, stop. Every
 * command goes through a {@link Transport}, which decides when, and whether, it is applied and answered.
 */
final class FakeSourceLog implements SourceLog {

    /** Carries commands to where they are applied, and answers back. */
    interface Transport {
        <T> CompletableFuture<T> carry(Supplier<T> command);
    }

    /** Applies and answers at once. */
    static final Transport DIRECT = new Transport() {
        @Override
        public <T> CompletableFuture<T> carry(Supplier<T> command) {
            return CompletableFuture.completedFuture(command.get());
        }
    };

    private final String source;
    private final Transport transport;
    private final boolean compares;
    private final boolean keeps;
    private final List<EventBatch> batches = new ArrayList<>();
    private @Nullable SourceState state;
    private long endOffset;
    private int bounds;

    FakeSourceLog(String source, Transport transport) {
        this(source, transport, true, true);
    }

    /** A log that only counts, for loads that would not fit. */
    static FakeSourceLog counting(String source) {
        return new FakeSourceLog(source, DIRECT, true, false);
    }

    /** @param compares false = the sabotaged log: it appends whatever comes */
    FakeSourceLog(String source, Transport transport, boolean compares) {
        this(source, transport, compares, true);
    }

    private FakeSourceLog(String source, Transport transport, boolean compares, boolean keeps) {
        this.keeps = keeps;
        this.source = source;
        this.transport = transport;
        this.compares = compares;
    }

    synchronized List<EventBatch> batches() {
        return List.copyOf(batches);
    }

    synchronized List<ChangeEvent> events() {
        List<ChangeEvent> events = new ArrayList<>();
        for (EventBatch batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                events.add(batch.event(i));
            }
        }
        return events;
    }

    synchronized long eventCount() {
        return endOffset;
    }

    synchronized int bounds() {
        return bounds;
    }

    @Override
    public synchronized Optional<SourceState> state() {
        return Optional.ofNullable(state);
    }

    synchronized void put(SourceState forced) {
        state = forced;
    }

    @Override
    public CompletableFuture<Decision> intent(String database, String slot, String publication) {
        return transport.carry(() -> applyIntent(database, slot, publication));
    }

    private synchronized Decision applyIntent(String database, String slot, String publication) {
        if (state == null) {
            state = new SourceState(
                    source,
                    1,
                    database,
                    slot,
                    publication,
                    SourceState.Phase.INTENT,
                    1,
                    SourcePosition.ORIGIN,
                    true,
                    Lsn.ZERO,
                    "",
                    0,
                    Lsn.ZERO,
                    "");
            return new Decision.Accepted();
        }
        return state.database().equals(database)
                        && state.slot().equals(slot)
                        && state.publication().equals(publication)
                ? new Decision.Accepted()
                : new Decision.Refused("the source exists with other facts");
    }

    @Override
    public CompletableFuture<Decision> ready(String systemId, int timeline, Lsn consistentPoint) {
        return transport.carry(() -> applyReady(systemId, timeline, consistentPoint));
    }

    private synchronized Decision applyReady(String systemId, int timeline, Lsn consistentPoint) {
        SourceState was = state;
        if (was == null) {
            return new Decision.Refused("no intent");
        }
        if (was.phase() == SourceState.Phase.STOPPED) {
            return new Decision.Refused("the source is stopped");
        }
        if (was.phase() == SourceState.Phase.READY) {
            boolean same = was.systemId().equals(systemId)
                    && was.timeline() == timeline
                    && was.consistentPoint().equals(consistentPoint);
            return same ? new Decision.Accepted() : new Decision.Refused("ready with other facts");
        }
        state = new SourceState(
                source,
                1,
                was.database(),
                was.slot(),
                was.publication(),
                SourceState.Phase.READY,
                was.epoch(),
                was.last(),
                true,
                consistentPoint,
                systemId,
                timeline,
                consistentPoint,
                "");
        return new Decision.Accepted();
    }

    @Override
    public CompletableFuture<AppendOutcome> append(EventBatch batch) {
        return transport.carry(() -> applyAppend(batch, SourceState.Phase.READY, ""));
    }

    @Override
    public CompletableFuture<AppendOutcome> stop(String reason, EventBatch gap) {
        return transport.carry(() -> applyAppend(gap, SourceState.Phase.STOPPED, reason));
    }

    private synchronized AppendOutcome applyAppend(EventBatch batch, SourceState.Phase phase, String stopReason) {
        SourceState was = state;
        if (was == null || was.phase() != SourceState.Phase.READY) {
            return new AppendOutcome.Refused("the source is not ready");
        }
        if (compares && !batch.header().previous().equals(was.last())) {
            return batch.header().last().isAfter(was.last())
                    ? new AppendOutcome.Mismatch(was.last())
                    : new AppendOutcome.Duplicate(was.last());
        }
        if (keeps) {
            batches.add(batch);
        }
        long base = endOffset;
        endOffset += batch.size();
        state = new SourceState(
                source,
                1,
                was.database(),
                was.slot(),
                was.publication(),
                phase,
                was.epoch(),
                batch.header().last(),
                batch.header().lastInTransaction(),
                was.bound().max(batch.header().endLsn()),
                was.systemId(),
                was.timeline(),
                was.consistentPoint(),
                stopReason);
        return new AppendOutcome.Stored(base, endOffset);
    }

    @Override
    public CompletableFuture<Decision> timeline(SourcePosition previous, int timeline) {
        return transport.carry(() -> applyTimeline(previous, timeline));
    }

    private synchronized Decision applyTimeline(SourcePosition previous, int timeline) {
        SourceState was = state;
        if (was == null
                || was.phase() != SourceState.Phase.READY
                || was.timeline() > timeline
                || (was.timeline() < timeline && !was.last().equals(previous))) {
            return new Decision.Refused("the source is not ready, or not at " + previous + ", or on a later timeline");
        }
        state = new SourceState(
                source,
                1,
                was.database(),
                was.slot(),
                was.publication(),
                was.phase(),
                was.epoch(),
                was.last(),
                was.lastInTransaction(),
                was.bound(),
                was.systemId(),
                timeline,
                was.consistentPoint(),
                "");
        return new Decision.Accepted();
    }

    @Override
    public CompletableFuture<Decision> bound(SourcePosition previous, Lsn bound) {
        return transport.carry(() -> applyBound(previous, bound));
    }

    private synchronized Decision applyBound(SourcePosition previous, Lsn bound) {
        SourceState was = state;
        if (was == null || was.phase() != SourceState.Phase.READY) {
            return new Decision.Refused("the source is not ready");
        }
        if (!was.last().equals(previous)) {
            return new Decision.Refused("the source is at " + was.last());
        }
        if (!was.lastInTransaction()) {
            return new Decision.Refused("in the middle of a transaction at " + was.last());
        }
        bounds++;
        state = new SourceState(
                source,
                1,
                was.database(),
                was.slot(),
                was.publication(),
                was.phase(),
                was.epoch(),
                was.last(),
                was.lastInTransaction(),
                was.bound().max(bound),
                was.systemId(),
                was.timeline(),
                was.consistentPoint(),
                "");
        return new Decision.Accepted();
    }
}
