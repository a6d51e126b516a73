package dev.penstock.broker.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What all parts of one simulation share: the seed's random numbers, virtual time, the trace of what was done last. */
final class World {

    private static final int TRACED_STEPS = 200;

    final SplittableRandom random;
    final Sabotage sabotage;
    final Totals totals;
    /** Virtual time; the true one, which no part sees. */
    long nowNanos = 1;
    /** False once everything is healed: no fault is made up any more. */
    boolean rough = true;

    private final Traced[] trace = new Traced[TRACED_STEPS];
    private long traced;

    private record Traced(long nanos, String what, long a, long b) {}

    World(long seed, Sabotage sabotage, Totals totals) {
        this.random = new SplittableRandom(seed);
        this.sabotage = sabotage;
        this.totals = totals;
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
