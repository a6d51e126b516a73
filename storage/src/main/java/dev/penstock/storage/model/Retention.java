package dev.penstock.storage.model;

/**
 * How long the events of a stream stay. What is over one of the limits is trimmed, oldest first, whole batches only, so that
 * a stream may exceed its limits by a part of a batch. 0 = no limit.
 *
 * @param ageMillis by log time since the event was stored: it stands still while the cluster does
 * @param bytes of the batches as stored once; every node holds a copy
 * @param holdBytes up to which the groups that hold the log are waited for; 0 = {@link #holdLimitBytes()} chooses
 */
public record Retention(long ageMillis, long bytes, long holdBytes) {

    /** Nothing is trimmed. */
    public static final Retention UNLIMITED = new Retention(0, 0, 0);

    /** Enough to bridge a weekend of most databases, and little for a disk of today. */
    private static final long LEAST_HOLD_BYTES = 10L << 30;

    public boolean isUnlimited() {
        return ageMillis == 0 && bytes == 0;
    }

    /** Above this many bytes not even a group that holds the log is waited for. */
    public long holdLimitBytes() {
        if (holdBytes > 0) {
            return Math.max(holdBytes, bytes);
        }
        return Math.max(LEAST_HOLD_BYTES, bytes > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : 2 * bytes);
    }

    /** Whether a batch stored at that log time, the oldest of its stream, is over a limit. */
    public boolean isOver(long storedMillis, long nowMillis, long streamBytes) {
        boolean tooOld = ageMillis > 0 && nowMillis - storedMillis >= ageMillis;
        return tooOld || (bytes > 0 && streamBytes > bytes);
    }
}
