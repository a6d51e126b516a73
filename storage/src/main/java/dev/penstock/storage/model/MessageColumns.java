package dev.penstock.storage.model;

import java.util.Arrays;

/**
 * The {@link MessageFacts} of a batch, of those events only that have any: most batches have none. Immutable once built.
 *
 * @param events their places in the batch, rising
 */
public record MessageColumns(int[] events, int[] delaySeconds, long[] deduplicationHigh, long[] deduplicationLow) {

    public static final MessageColumns NONE = new MessageColumns(new int[0], new int[0], new long[0], new long[0]);

    /** How many events have facts. */
    public int count() {
        return events.length;
    }

    /** Of event {@code i} of the batch. */
    public MessageFacts of(int i) {
        int at = events.length == 0 ? -1 : Arrays.binarySearch(events, i);
        return at < 0 ? MessageFacts.NONE : fact(at);
    }

    /** The facts of {@code events()[at]}. */
    public MessageFacts fact(int at) {
        return new MessageFacts(delaySeconds[at], deduplicationHigh[at], deduplicationLow[at]);
    }

    /** One thread; one use. */
    public static final class Builder {

        private int count;
        private int[] events = new int[4];
        private int[] delaySeconds = new int[4];
        private long[] high = new long[4];
        private long[] low = new long[4];

        /** Nothing is kept of an event without facts. Events come in their order. */
        public void add(int event, MessageFacts facts) {
            if (facts.equals(MessageFacts.NONE)) {
                return;
            }
            if (count == events.length) {
                events = Arrays.copyOf(events, count * 2);
                delaySeconds = Arrays.copyOf(delaySeconds, count * 2);
                high = Arrays.copyOf(high, count * 2);
                low = Arrays.copyOf(low, count * 2);
            }
            events[count] = event;
            delaySeconds[count] = facts.delaySeconds();
            high[count] = facts.deduplicationHigh();
            low[count] = facts.deduplicationLow();
            count++;
        }

        public MessageColumns build() {
            return count == 0
                    ? NONE
                    : new MessageColumns(
                            Arrays.copyOf(events, count),
                            Arrays.copyOf(delaySeconds, count),
                            Arrays.copyOf(high, count),
                            Arrays.copyOf(low, count));
        }
    }
}
