package dev.penstock.broker.plan.filter;

import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Route;
import java.util.function.Supplier;

/**
 * One event of a stored batch. Bodies are asked for only when a member of one is wanted: before, nothing is decompressed.
 *
 * @param index place of the event in its batch
 */
public record EventAt(BatchHeader header, EventBatch.Columns columns, int index, Supplier<byte[]> bodies) {

    Route route() {
        return header.routes().get(columns.route(index));
    }

    int bodyBytes() {
        return columns.bodyLength(index);
    }
}
