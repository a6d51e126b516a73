package dev.penstock.broker.deliver;

import java.util.Optional;

/**
 * One message handed out.
 *
 * @param receipt opaque text naming its lease
 * @param firstDeliveredWallMillis wall clock, milliseconds since 1970 UTC
 * @param filterError why the group's filter could not judge the event, which is delivered for that; usually empty
 * @param died of a dead letter that this group has from another one: what became of it there; usually empty
 */
public record Delivery(
        String receipt,
        int deliveryCount,
        long firstDeliveredWallMillis,
        RenderedEvent event,
        Optional<String> filterError,
        Optional<Died> died) {

    /**
     * @param group in which it died
     * @param deliveries all before it came to this one
     */
    public record Died(String group, int deliveries) {}

    public Delivery(
            String receipt,
            int deliveryCount,
            long firstDeliveredWallMillis,
            RenderedEvent event,
            Optional<String> filterError) {
        this(receipt, deliveryCount, firstDeliveredWallMillis, event, filterError, Optional.empty());
    }

    /** Of an event that matches. */
    public Delivery(String receipt, int deliveryCount, long firstDeliveredWallMillis, RenderedEvent event) {
        this(receipt, deliveryCount, firstDeliveredWallMillis, event, Optional.empty());
    }
}
