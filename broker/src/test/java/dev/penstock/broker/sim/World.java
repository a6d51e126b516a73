package dev.penstock.broker.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What all parts of one simulation share: the seed's random numbers, virtual time, the trace of what was done last. */
final class World {

    private static final int TRACED_STEPS = 200;

    /** At most so much time passes in a rough step, another for each seed: from many steps within a lease to a few. */
    private static final int[] PACES_NANOS = {300_000, 300_000, 1_500_000, 4_000_000};

    private static final int[] DISKS_ONE_IN = {2, 2, 2, 8};

    private static final int HURRIED_PACE_NANOS = 10_000_000;

    final SplittableRandom random;
    final Sabotage sabotage;
    /** Counts of rough times; those of calm times prove nothing and go elsewhere. */
    Totals totals;
    /** Virtual time; the true one, which no part sees. */
    long nowNanos = 1;
    /** False once everything is healed: no fault is made up any more. */
    boolean rough = true;

    /** Until then time goes fast, so that it is soon over. */
    long hurryUntilNanos;

    /** Of this seed: a disk has what it was given at one step in so many. */
    final int diskOneIn;

    private final int paceNanos;

    private final Traced[] trace = new Traced[TRACED_STEPS];
    private long traced;
    private long digest = 1;

    private record Traced(long nanos, String what, long a, long b) {}

    World(long seed, Sabotage sabotage, Totals totals) {
        this.random = new SplittableRandom(seed);
        this.sabotage = sabotage;
        this.totals = totals;
        this.paceNanos = PACES_NANOS[below(PACES_NANOS.length)];
        this.diskOneIn = DISKS_ONE_IN[below(DISKS_ONE_IN.length)];
    }

    int paceNanos() {
        return nowNanos < hurryUntilNanos ? HURRIED_PACE_NANOS : paceNanos;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** True now and then, but only while faults are made up. */
    boolean mishap(int oneIn) {
        return rough && random.nextInt(oneIn) == 0;
    }

    <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    void trace(String what, long a, long b) {
        trace[(int) (traced++ % TRACED_STEPS)] = new Traced(nowNanos, what, a, b);
        note(nowNanos);
        note(what.hashCode());
        note(a);
        note(b);
    }

    /** Something that happened: part of the history that another run of the same seed must repeat. */
    void note(long fact) {
        digest = (digest ^ fact) * 0x9E37_79B9_7F4A_7C15L;
        digest ^= digest >>> 32;
    }

    /** Over all that happened, in its order. */
    long digest() {
        return digest;
    }

    /** The last steps, oldest first. */
    String traceText() {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, traced - TRACED_STEPS); i < traced; i++) {
            Traced one = trace[(int) (i % TRACED_STEPS)];
            lines.add(String.format("  %,d us  %s %d %d", one.nanos / 1000, one.what, one.a, one.b));
        }
        return String.join("\n", lines);
    }
}
