package dev.penstock.broker.plan;

import java.util.Arrays;

/** Offsets that wait behind one key, rising: those that are known, and from where on there may be more. */
final class WaitingLine {

    final long key;
    final long route;
    /** No event of the key waits below it. */
    private long from;

    private long[] offsets = new long[2];
    private int head;
    private int tail;

    WaitingLine(long key, long route, long from) {
        this.key = key;
        this.route = route;
        this.from = from;
    }

    boolean isEmpty() {
        return head == tail;
    }

    int size() {
        return tail - head;
    }

    long first() {
        return offsets[head];
    }

    /** No event of the key waits below it; {@code indexedTo} = from where on what waits is not known. */
    long lowerBound(long indexedTo) {
        return isEmpty() ? Math.max(from, indexedTo) : Math.max(from, first());
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

    /** The first one goes out. */
    void removeFirst() {
        from = offsets[head++] + 1;
        if (head == tail) {
            head = 0;
            tail = 0;
            offsets = offsets.length > 64 ? Arrays.copyOf(offsets, 2) : offsets;
        }
    }
}
