package dev.penstock.client;

import java.time.Instant;

/**
 * One message under a lease.
 *
 * @param receipt names the lease: settle or extend with it
 * @param deliveryCount 1 at the first delivery
 */
public record Message(String receipt, int deliveryCount, Instant firstDeliveredAt, Event event) {}
