package dev.penstock.storage.model;

/**
 * What the index says of a message to a queue beside its key, so that nobody has to read bodies to deliver it late or once.
 *
 * @param delaySeconds how long it is hidden from the time it is appended; {@link #NO_DELAY} = as long as its queue says
 * @param deduplicationHigh first half of the digest by which repetitions are known; 0 and 0 = none
 */
public record MessageFacts(int delaySeconds, long deduplicationHigh, long deduplicationLow) {

    public static final int NO_DELAY = -1;

    /** Of every event that is no message to a queue. */
    public static final MessageFacts NONE = new MessageFacts(NO_DELAY, 0, 0);

    public boolean hasDelay() {
        return delaySeconds != NO_DELAY;
    }

    public boolean hasDeduplication() {
        return deduplicationHigh != 0 || deduplicationLow != 0;
    }
}
