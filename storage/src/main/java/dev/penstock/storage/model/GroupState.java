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
 * @param losses what retention took from it since its creation
 * @param dying messages that failed for the last time and are not stored as dead letters yet
 * @param aside of the unsettled messages: those that were dead and were put back
 * @param deadLetters kept, see {@link DeadLetter}
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
        long changedWallMillis,
        Losses losses,
        long dying,
        long aside,
        long deadLetters) {

    /** Nothing of it died. */
    public GroupState(
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
        this(
                id,
                name,
                streamId,
                generation,
                planVersion,
                startOffset,
                scan,
                leased,
                delayed,
                ready,
                parked,
                createdWallMillis,
                config,
                requestedStart,
                paused,
                changedWallMillis,
                Losses.NONE,
                0,
                0,
                0);
    }

    /** Messages that were delivered and are neither settled nor available. */
    public long inFlight() {
        return leased;
    }

    public long unsettledRows() {
        return leased + delayed + ready + dying;
    }
}
