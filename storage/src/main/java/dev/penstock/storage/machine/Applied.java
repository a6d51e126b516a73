package dev.penstock.storage.machine;

import java.util.List;
import java.util.Set;

/**
 * What applying one entry did.
 *
 * @param replies one per command, in order
 * @param grownStreams streams that got events
 * @param freedGroups groups in which messages became available, or that were created, moved or deleted
 */
public record Applied(long index, List<Reply> replies, Set<Integer> grownStreams, Set<Integer> freedGroups) {}
