package dev.penstock.broker.deliver;

import java.util.Optional;

/**
 * One message handed out.
 *
 * @param receipt opaque text naming its lease
 * @param firstDeliveredWallMillis wall clock, milliseconds since 1970 UTC
 * @param filterError why the group's filter could not judge the event, which is delivered for that; usually empty
 */
public record Delivery(
        String receipt,
        int deliveryCount,
        long firstDeliveredWallMillis,
        RenderedEvent event,
        Optional<String> filterError) {

    /** Of an event that matches. */
    public Delivery(String receipt, int deliveryCount, long firstDeliveredWallMillis, RenderedEvent event) {
        this(receipt, deliveryCount, firstDeliveredWallMillis, event, Optional.empty());
    }
}
