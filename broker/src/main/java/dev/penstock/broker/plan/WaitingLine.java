package dev.penstock.broker.plan;

import java.util.Arrays;

/**
 * Offsets that wait behind one key, rising: the first ones, and from where on there are more, or may be, in the log. One
 * thread.
 */
final class WaitingLine {

    /** There is nothing more in the log. */
    static final long ALL_READ = Long.MAX_VALUE;

    private static final long NOT_TOLD = Long.MAX_VALUE;

    final long key;
    final long route;
    private long unreadFrom = ALL_READ;
    /** Where the state has the key waiting. */
    private long told = NOT_TOLD;

    private long[] offsets = new long[2];
    private int head;
    private int tail;

    WaitingLine(long key, long route) {
        this.key = key;
        this.route = route;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /** Whether all of the key that waits is held here. */
    boolean isComplete() {
        return unreadFrom == ALL_READ;
    }

    long unreadFrom() {
        return unreadFrom;
    }

    void unreadFrom(long offset) {
        unreadFrom = offset;
    }

    void told(long offset) {
        told = offset;
    }

    boolean isToldBelow(long offset) {
        return told < offset;
    }

    int size() {
        return tail - head;
    }

    long first() {
        return offsets[head];
    }

    /** The one behind the first, of two at least. */
    long second() {
        return offsets[head + 1];
    }

    /** No event of the key waits below it. */
    long lowerBound() {
        return isEmpty() ? unreadFrom : first();
    }

    void add(long offset) {
        if (tail == offsets.length) {
            int size = size();
            long[] to = size * 2 > offsets.length ? new long[offsets.length * 2] : offsets;
            System.arraycopy(offsets, head, to, 0, size);
            offsets = to;
            head = 0;
            tail = size;
        }
        offsets[tail++] = offset;
    }

    /** What lies below the offset waits no longer, held or not; says how many of those held that were. */
    int dropBelow(long offset) {
        int dropped = 0;
        while (!isEmpty() && first() < offset) {
            removeFirst();
            dropped++;
        }
        unreadFrom = Math.max(unreadFrom, offset);
        return dropped;
    }

    /** The first one goes out. */
    void removeFirst() {
        head++;
        if (head == tail) {
            head = 0;
            tail = 0;
            offsets = offsets.length > 64 ? Arrays.copyOf(offsets, 2) : offsets;
        }
    }
}
