package dev.penstock.broker.deliver;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.Lsn;
import java.util.UUID;

/**
 * One event as served: the JSON object of the contract, and the facts that protocols put beside it.
 *
 * @param id the event's id: the 128 bits of its ULID
 * @param json the event object, UTF-8; the same bytes on every node, any time
 * @param schema empty where the event has none
 * @param table empty where the event has none
 */
public record RenderedEvent(
        long offset,
        UUID id,
        byte[] json,
        Action action,
        String schema,
        String table,
        Lsn commitLsn,
        long commitMicros) {
    /** The id as the event has it: a ULID. */
    public String ulid() {
        return EventId.text(id);
    }
}
