package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupEvent;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.plan.filter.Judgement;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads events of the local log, on any node. Thread-safe; reads block on the store: call it from the reader pool, never
 * from an event loop. Refusals are thrown as {@link Refused}.
 */
public final class EventReader {

    private final AppliedState state;
    private final LogBatches batches;

    public EventReader(AppliedState state, LogBatches batches) {
        this.state = state;
        this.batches = batches;
    }

    /**
     * @param next offset to ask for next
     * @param atEnd true if nothing is stored at {@code next} on this node
     */
    public record Page(List<RenderedEvent> events, long next, boolean atEnd) {}

    /**
     * Events from {@code offset} (inclusive) on. Below the earliest: {@link Refused.Code#OFFSET_TRIMMED}. At or above the
     * end of this node: an empty page.
     */
    public Page read(String stream, long offset, int limit, long maxBytes) {
        try (MachineView view = state.openView()) {
            StreamState of = Streams.named(stream, state, view);
            if (offset < of.earliest()) {
                throw new Refused(
                        Refused.Code.OFFSET_TRIMMED,
                        "expected an offset from " + Offsets.format(of.earliest()) + " on, but got "
                                + Offsets.format(offset) + ": it was trimmed; read from the earliest",
                        of.earliest(),
                        of.end());
            }
            List<RenderedEvent> events = new ArrayList<>(Math.min(limit, 256));
            long next = offset;
            long bytes = 0;
            while (next < of.end() && events.size() < limit) {
                LogBatch batch = batchAt(view, of, next);
                while (next < batch.endOffset() && events.size() < limit) {
                    int i = Math.toIntExact(next - batch.baseOffset());
                    bytes += batch.columns().bodyLength(i) + ENVELOPE_BYTES;
                    if (bytes > maxBytes && !events.isEmpty()) {
                        return new Page(events, next, false);
                    }
                    events.add(EventRenderer.render(stream, batch, next));
                    next++;
                }
            }
            return new Page(events, next, next >= of.end());
        }
    }

    /**
     * An event, and why the filter could not judge it if so.
     *
     * @param died of what the group has from another one
     */
    record Judged(RenderedEvent event, Optional<String> filterError, Optional<Delivery.Died> died) {}

    /**
     * The events of the group's messages at {@code offsets}, which must all be stored; empty for one that was trimmed, or was
     * put back from the dead letters and has left the group, since it was granted. A grant does not keep what the filter said:
     * it says it again, so that an event is marked at each delivery, by whatever leader.
     */
    List<Optional<Judged>> readAll(GroupState group, long[] offsets, GroupFilter filter) {
        try (MachineView view = state.openView()) {
            StreamState stream = view.stream(group.streamId())
                    .orElseThrow(
                            () -> new IllegalStateException("expected stream " + group.streamId() + " of a grant"));
            List<Optional<Judged>> events = new ArrayList<>(offsets.length);
            for (long offset : offsets) {
                Optional<GroupEvent> event =
                        offset < stream.earliest() ? Optional.empty() : batches.event(view, group, offset);
                if (event.isEmpty() && offset >= stream.earliest() && !AsideOffset.isAside(offset)) {
                    throw new IllegalStateException(
                            "expected offset " + offset + " of stream '" + stream.name() + "' to be stored");
                }
                events.add(event.map(found -> judged(stream.name(), found, filter, died(view, group, found))));
            }
            return events;
        }
    }

    /** Empty too if the group in which it died is deleted. */
    private static Optional<Delivery.Died> died(MachineView view, GroupState group, GroupEvent event) {
        return event.letter()
                .filter(letter -> letter.origin() != group.id())
                .flatMap(letter -> view.group(letter.origin())
                        .map(origin -> new Delivery.Died(origin.name(), letter.deliveries())));
    }

    private static Judged judged(String stream, GroupEvent event, GroupFilter filter, Optional<Delivery.Died> died) {
        Judgement judgement = filter.judge(event.batch(), event.index());
        return new Judged(
                EventRenderer.render(stream, event),
                judgement.verdict() == Judgement.Verdict.FAILED ? Optional.of(judgement.reason()) : Optional.empty(),
                died);
    }

    private LogBatch batchAt(MachineView view, StreamState of, long offset) {
        return batches.at(view, of.id(), offset)
                .orElseThrow(() -> new IllegalStateException("expected offset " + offset + " of stream '" + of.name()
                        + "' below its end " + of.end() + " to be stored"));
    }

    /** What the envelope adds to an event's fragments, about, in bytes. */
    static final int ENVELOPE_BYTES = 384;
}
