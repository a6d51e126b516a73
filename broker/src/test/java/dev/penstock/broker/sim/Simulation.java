package dev.penstock.broker.sim;

import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.model.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One seeded run: rough times, then calm ones until all that was committed is delivered and acked, then the reckoning. */
final class Simulation {

    private static final int CONSUMERS = 5;
    private static final int CALM_STEPS = 60_000;
    private static final int CALM_PACE_NANOS = 6_000_000;
    private static final int LOOK_EVERY = 100;

    private final World world;
    private final History history;
    private final Cluster cluster;
    private final Clients clients;
    private final List<Consumer> consumers = new ArrayList<>();
    private final int roughSteps;
    private final Totals totals;
    private final Supplier<Optional<String>> errors;
    private Lsn checkpointed = Lsn.ZERO;
    private int reconnects;
    private long steps;

    /** @param errors what the parts logged as an error, if anything: some catch their own failures */
    Simulation(long seed, int roughSteps, Sabotage sabotage, Totals totals, Supplier<Optional<String>> errors) {
        this.roughSteps = roughSteps;
        this.totals = totals;
        this.errors = errors;
        world = new World(seed, sabotage, totals);
        history = new History(world, made -> new SimulatedSource(world.random.split(), made::confirmed));
        cluster = new Cluster(world, history);
        clients = new Clients(world, history, cluster.seal());
        for (int i = 0; i < CONSUMERS; i++) {
            consumers.add(new Consumer(world, cluster, clients, i));
        }
    }

    String traceText() {
        return world.traceText();
    }

    /** Over the whole history: two runs of the same seed must share it. */
    long digest() {
        return world.digest();
    }

    long steps() {
        return steps;
    }

    void run() {
        try {
            while (steps < roughSteps) {
                disturb();
                step();
            }
            settleDown();
            cluster.checkReplicas();
            clients.checkAcks();
            cluster.raft().countUnknown(totals);
        } finally {
            totals.steps += steps;
            totals.virtualMillis += world.nowNanos / 1_000_000;
        }
    }

    private void settleDown() {
        world.rough = false;
        world.totals = new Totals();
        cluster.heal();
        Optional<String> missing = Optional.of("");
        for (int i = 0; i < CALM_STEPS && missing.isPresent(); i++) {
            step();
            if (i % LOOK_EVERY == 0) {
                cluster.seeThatSomebodyLeads();
                missing = missing();
            }
        }
        if (missing.isPresent()) {
            throw new AssertionError("not done after " + CALM_STEPS + " calm steps: " + missing.get());
        }
    }

    private Optional<String> missing() {
        return history.unfinished().or(cluster::lagging).or(() -> {
            SimulatedSource source = history.source();
            return source.confirmed().equals(source.end())
                    ? Optional.empty()
                    : Optional.of("Postgres holds WAL from " + source.confirmed() + ", its end is " + source.end());
        });
    }

    private void step() {
        steps++;
        world.nowNanos += world.below(world.rough ? world.paceNanos() : CALM_PACE_NANOS);
        if (world.below(6) == 0) {
            world.oneOf(consumers).step();
        } else {
            cluster.step();
        }
        for (; reconnects < history.source().reconnects(); reconnects++) {
            history.stream().readAnew();
        }
        Optional<String> error = errors.get();
        if (error.isPresent()) {
            throw new AssertionError("a part reported an error: " + error.get());
        }
    }

    private void disturb() {
        if (world.oneIn(50)) {
            history.source().commitSomething();
        }
        if (world.oneIn(150)) {
            cluster.disturb();
        }
        switch (world.below(1_500)) {
            case 0, 1 -> history.source().cut();
            case 2 -> history.source().crash(checkpointed);
            case 3, 4, 5 -> checkpointed = history.source().confirmed();
            case 6, 7, 8 -> sleep(3_000);
            case 9 -> sleep(15_000);
            default -> {}
        }
    }

    /** Nothing happens anywhere for a while: leases end, deadlines pass. */
    private void sleep(int mostMillis) {
        world.nowNanos += world.below(mostMillis) * 1_000_000L;
    }
}
