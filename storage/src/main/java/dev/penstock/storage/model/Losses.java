package dev.penstock.storage.model;

/**
 * What retention took from a group before it was settled.
 *
 * @param atMost messages; an upper bound, since what had not been looked at yet was never filtered
 * @param lastWallMillis wall-clock time of the last loss, for people; 0 = never
 */
public record Losses(long atMost, long lastWallMillis) {

    public static final Losses NONE = new Losses(0, 0);

    public Losses plus(long messages, long wallMillis) {
        return messages == 0 ? this : new Losses(atMost + messages, wallMillis);
    }
}
