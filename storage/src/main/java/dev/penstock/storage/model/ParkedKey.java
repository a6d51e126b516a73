package dev.penstock.storage.model;

/**
 * A key of an ordered group whose events were passed by because an earlier one of it was unsettled: those from
 * {@code offset} on, below the group's scan position, are still to be delivered. One row per key, however many events wait.
 *
 * @param key hash of the key, see {@link KeyOrder}
 * @param offset no event of the key that waits lies below it
 * @param route hash of the key's table or message prefix
 */
public record ParkedKey(long key, long offset, long route) {}
