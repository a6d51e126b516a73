package dev.penstock.storage.model;

/**
 * A consumer group as applied.
 *
 * @param generation Raft index of the group's creation or last seek; fences receipts
 * @param planVersion moved by any change of filter, ordering, key, mode or pause; fences plans
 * @param scan every offset below it was judged: granted, settled or filtered out; offsets in [floor, scan) are settled unless unsettled rows or parked keys say otherwise
 * @param leased messages under a lease
 * @param delayed messages given back with a delay, or sent with one, that is not over
 * @param ready messages given back or expired, waiting for their next delivery
 * @param parked keys behind which events wait, ordered groups only
 * @param createdWallMillis wall-clock time of creation, for people
 * @param paused nothing is granted
 * @param changedWallMillis wall-clock time of the last change of what an operator can change, for people
 */
public record GroupState(
        int id,
        String name,
        int streamId,
        long generation,
        long planVersion,
        long startOffset,
        long scan,
        long leased,
        long delayed,
        long ready,
        long parked,
        long createdWallMillis,
        GroupConfig config,
        StartPosition requestedStart,
        boolean paused,
        long changedWallMillis) {

    /** Messages that were delivered and are neither settled nor available. */
    public long inFlight() {
        return leased;
    }

    public long unsettledRows() {
        return leased + delayed + ready;
    }
}
