package dev.penstock.storage.model;

/**
 * A message of a group's generation that was delivered, or reached before its time, and is not settled.
 *
 * @param lease its newest lease (kept after expiry and nack, so that "newest" stays decidable)
 * @param offset in the group's stream, or an {@link AsideOffset}
 * @param dueMillis log time: deadline of the lease, or when the delay ends; else 0
 * @param deliveries how often it was delivered; 0 = reached before its time, or its first delivery was taken back
 * @param firstDeliveredWallMillis wall-clock time of the first delivery, for people; 0 = none yet
 * @param lastDeliveredWallMillis of the last
 * @param order of ordered groups, else {@link KeyOrder#NONE}
 */
public record UnsettledMessage(
        long offset,
        State state,
        LeaseRef lease,
        long dueMillis,
        int deliveries,
        long firstDeliveredWallMillis,
        long lastDeliveredWallMillis,
        KeyOrder order) {

    /** Delivered once only. */
    public UnsettledMessage(
            long offset,
            State state,
            LeaseRef lease,
            long dueMillis,
            int deliveries,
            long firstDeliveredWallMillis,
            KeyOrder order) {
        this(offset, state, lease, dueMillis, deliveries, firstDeliveredWallMillis, firstDeliveredWallMillis, order);
    }

    /** The code is stored format: never renumber. */
    public enum State {
        LEASED(1),
        DELAYED(2),
        READY(3),
        /** Failed for the last time: it waits until it is stored as a dead letter, and holds its keys until then. */
        DYING(4);

        private final int code;

        State(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        public static State ofCode(int code) {
            return switch (code) {
                case 1 -> LEASED;
                case 2 -> DELAYED;
                case 3 -> READY;
                case 4 -> DYING;
                default -> throw new IllegalArgumentException("expected a message state 1 to 4, but got " + code);
            };
        }
    }
}
