package dev.penstock.broker.plan.filter;

/** The work that one evaluation has done, against its limit. One thread. */
final class Steps {

    /** The limit was reached: whatever the expression would have come to. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exceeded() {
            super("more than " + MAX + " steps", null, false, false);
        }
    }

    /** A search through the largest event (16 MiB) fits; about 20 ms of one core. */
    static final long MAX = 20_000_000;

    private long taken;

    /** About one comparison of characters each. */
    void take(long count) {
        taken += count;
        if (taken > MAX) {
            throw new Exceeded();
        }
    }

    long taken() {
        return taken;
    }
}
