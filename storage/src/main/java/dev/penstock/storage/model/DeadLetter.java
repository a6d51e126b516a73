package dev.penstock.storage.model;

/**
 * A message that was delivered as often as its group allows and failed each time, kept with its payload.
 *
 * @param letter its number, and the offset of its payload in the stream of the dead letters; never used again
 * @param streamId of the internal stream that holds its payload
 * @param origin id of the group in which it died, which another one may have its messages from
 * @param offset of the event in the group's stream
 * @param deliveries in all, those before an earlier death included
 * @param firstDeliveredWallMillis wall-clock time of the first delivery, for people
 * @param lastDeliveredWallMillis of the last
 * @param diedWallMillis wall-clock time at which it became a dead letter
 * @param reason why, a word of {@link #MAX_REASON_CHARACTERS} characters at most
 * @param order of ordered groups, else {@link KeyOrder#NONE}
 */
public record DeadLetter(
        long letter,
        int streamId,
        int origin,
        long offset,
        int deliveries,
        long firstDeliveredWallMillis,
        long lastDeliveredWallMillis,
        long diedWallMillis,
        String reason,
        KeyOrder order) {

    public static final String MAX_DELIVERIES = "max_deliveries";

    public static final int MAX_REASON_CHARACTERS = 64;

    /** As of another group. */
    public DeadLetter of(int group) {
        return new DeadLetter(
                letter,
                streamId,
                group,
                offset,
                deliveries,
                firstDeliveredWallMillis,
                lastDeliveredWallMillis,
                diedWallMillis,
                reason,
                order);
    }

    /** Where a dead letter is. The code is stored format: never renumber. */
    public enum Place {
        /** Kept, until somebody puts it back or drops it. */
        KEPT(0),
        /**
         * Among the group's unsettled messages, at {@link AsideOffset#of}: put back, or come from the group in which it died.
         */
        PUT_BACK(1);

        private final int code;

        Place(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }
}
