package dev.penstock.broker.deliver;

import java.util.List;

/**
 * Reads events of the local log, on any node. Thread-safe; reads block on the store: call it from the reader pool, never
 * from an event loop. Refusals are thrown as {@link Refused}.
 */
public final class EventReader {

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
        return new Page(List.of(), offset, true);
    }
}
