package dev.penstock.storage.machine;

import dev.penstock.storage.model.SourcePosition;
import java.util.List;

/** The answer to a {@link Command}. A refusal is a reply; an exception means a broken invariant and stops the node. */
public sealed interface Reply {

    record Done() implements Reply {}

    record SourceOpened(int streamId) implements Reply {}

    /** Stored at [baseOffset, endOffset). */
    record Appended(long baseOffset, long endOffset) implements Reply {}

    /** The whole batch is at or below the source's last position: it is stored already. */
    record Duplicate(SourcePosition last) implements Reply {}

    /** Nothing stored; the replicator drops its pipeline and goes on after {@code last}. */
    record Mismatch(SourcePosition last) implements Reply {}

    /** @param existed true if the same group was there already */
    record GroupCreated(int groupId, long generation, long startOffset, boolean existed) implements Reply {}

    record Sought(long generation, long from, long to) implements Reply {}

    /**
     * Message {@code i} of the grant (fresh and retried ones merged in rising order of offset) has the lease
     * (leaseIndex, i + firstOrdinal).
     */
    record Granted(
            long leaseIndex,
            int firstOrdinal,
            long deadlineMillis,
            long[] offsets,
            int[] deliveries,
            long[] firstDeliveredWallMillis)
            implements Reply {}

    /** One result per lease of the command, in its order. */
    record Settled(ItemResult[] results) implements Reply {}

    /** @param more true if more were due than the bound of the command allowed */
    record Expired(int count, boolean more) implements Reply {}

    /** So many became dead letters, or were put back, or dropped; the others of the command were so already, or are gone. */
    record DeadLettersChanged(int count) implements Reply {}

    record Swept(int count, boolean more) implements Reply {}

    /**
     * @param earliest first offset still stored
     * @param batches how many went
     * @param overtaken groups that lost something by it
     * @param more true if more is over the retention than the bound of the command allowed
     */
    record Trimmed(long earliest, int batches, List<Overtaken> overtaken, boolean more) implements Reply {
        public Trimmed {
            overtaken = List.copyOf(overtaken);
        }
    }

    /** @param atMost messages lost: an upper bound, what had not been looked at was never filtered */
    record Overtaken(int groupId, long atMost) {}

    record Marked(long stateDigest) implements Reply {}

    /**
     * The key was made, rotated or revoked, or was so already.
     *
     * @param previousUntilMillis log time from which the secret before is void; 0 if there is none
     */
    record KeyChanged(String id, long revision, long previousUntilMillis) implements Reply {}

    record Rejected(Rejection reason, String detail) implements Reply {}

    enum ItemResult {
        OK,
        /** Not the newest lease, void by deadline (ordered groups), or not of this generation. */
        LEASE_LOST,
        /** Nack or extend of a message that is settled. */
        SETTLED
    }

    enum Rejection {
        UNKNOWN_SOURCE,
        SOURCE_STOPPED,
        /** The source exists with other facts, or is not in the phase that the command needs. */
        SOURCE_CONFLICT,
        UNKNOWN_STREAM,
        UNKNOWN_GROUP,
        GROUP_EXISTS,
        STALE_GENERATION,
        STALE_PLAN,
        STALE_TERM,
        STALE_SCAN,
        NOT_AVAILABLE,
        IN_FLIGHT_LIMIT,
        OFFSET_OUT_OF_RANGE,
        MALFORMED,
        UNKNOWN_KEY,
        KEY_EXISTS,
        KEY_REVOKED,
        /** Not of the revision that the command was made for. */
        KEY_CHANGED,
        KEY_LIMIT
    }
}
