package dev.penstock.storage.machine;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What applying one entry did.
 *
 * @param replies one per command, in order
 * @param grownStreams streams that got events
 * @param freedGroups groups in which messages became available, or that were created, moved or deleted
 * @param freedKeys per ordered group the keys of messages that were settled, and routes of which nothing is unsettled now
 */
public record Applied(
        long index,
        List<Reply> replies,
        Set<Integer> grownStreams,
        Set<Integer> freedGroups,
        Map<Integer, ? extends Set<Long>> freedKeys) {}
