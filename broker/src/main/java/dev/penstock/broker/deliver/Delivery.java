package dev.penstock.broker.deliver;

/**
 * One message handed out.
 *
 * @param receipt opaque text naming its lease
 * @param firstDeliveredWallMillis wall clock, milliseconds since 1970 UTC
 */
public record Delivery(String receipt, int deliveryCount, long firstDeliveredWallMillis, RenderedEvent event) {}
