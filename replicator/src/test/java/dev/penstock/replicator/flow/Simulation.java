package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One seeded run: leaders come and go, connections break, answers get lost, and the WAL grows meanwhile. */
final class Simulation {

    enum Sabotage {
        NONE,
        NO_COMPARE,
        /** Now and then a command is answered as done and never applied. */
        FORGETS
    }

    /** What happened over many seeds, so that a simulator that simulates nothing is noticed. */
    static final class Totals {
        long reconnects;
        long takeovers;
        long unknownOutcomes;
        long lateApplications;
        long resumedWithinTransaction;
        long refusedByCompare;
        long idleBounds;
        long promotions;
    }

    private static final int ROUGH_STEPS = 1_500;
    private static final int CALM_STEPS = 20_000;

    private final SplittableRandom random;
    private final Sabotage sabotage;
    private final Totals totals;
    private final FakeWalsender walsender;
    private final FakeSourceLog log;
    private final List<Pending<?>> pending = new ArrayList<>();
    private final List<SourceLoop> leaders = new ArrayList<>();
    private long nowNanos = 1;
    private long term;
    private boolean rough = true;
    private long checkpointed;
    /** One in so many commands gets lost, late, or no answer: more in some runs than in others. */
    private final int faultsIn;

    Simulation(long seed, Sabotage sabotage, Totals totals) {
        this.random = new SplittableRandom(seed);
        this.faultsIn = 8 << random.nextInt(4);
        this.sabotage = sabotage;
        this.totals = totals;
        this.log = new FakeSourceLog("main", new Unreliable(), sabotage != Sabotage.NO_COMPARE);
        this.walsender = new FakeWalsender(random.split(), this::confirmed);
    }

    FakeSourceLog log() {
        return log;
    }

    void run() {
        elect();
        for (int i = 0; i < ROUGH_STEPS; i++) {
            disturb();
            step();
        }
        rough = false;
        for (int i = 0; i < CALM_STEPS && !complete(); i++) {
            step();
        }
        // Everything that was sent into the void has arrived by now: nothing may come of it.
        while (!pending.isEmpty()) {
            pending.remove(0).apply();
        }
        assertThat(log.events().stream().map(FakeWalsender::line)).isEqualTo(walsender.expected());
        totals.reconnects += walsender.reconnects;
        totals.idleBounds += log.bounds();
    }

    private boolean complete() {
        return log.eventCount() >= walsender.expected().size()
                && walsender.confirmed().equals(walsender.end());
    }

    private void step() {
        nowNanos += random.nextInt(rough ? 3_000_000 : 10_000_000);
        deliver();
        // A deposed leader goes on for a while beside the new one.
        for (SourceLoop leader : List.copyOf(leaders)) {
            leader.step(nowNanos);
        }
    }

    private void disturb() {
        if (random.nextInt(4) == 0) {
            walsender.commitSomething();
        }
        if (random.nextInt(60) == 0) {
            walsender.cut();
        }
        if (random.nextInt(150) == 0) {
            walsender.crash(checkpointed);
        }
        if (random.nextInt(300) == 0) {
            walsender.promote(checkpointed);
            totals.promotions++;
        }
        if (random.nextInt(80) == 0) {
            checkpointed = walsender.confirmed().value();
        }
        if (random.nextInt(120) == 0) {
            elect();
        }
        if (leaders.size() > 1 && random.nextInt(20) == 0) {
            leaders.remove(0);
        }
        if (random.nextInt(200) == 0) {
            nowNanos += 12_000_000_000L; // long enough for an idle bound, or for silence to be noticed
        }
    }

    private void elect() {
        term++;
        totals.takeovers += term > 1 ? 1 : 0;
        SourceConfig config = new SourceConfig(
                "main",
                "jdbc:none",
                "role",
                () -> "",
                FakeWalsender.SLOT,
                FakeWalsender.PUBLICATION,
                List.of(),
                "cluster",
                "n" + random.nextInt(3),
                new SourceConfig.Limits(
                        1 << 20,
                        50 + random.nextInt(400),
                        1 + random.nextInt(8),
                        random.nextInt(5),
                        1 + random.nextInt(1500),
                        15_000));
        String name = ReaderName.of(config.clusterId(), config.nodeId(), term).toString();
        leaders.add(new SourceLoop(
                config,
                log,
                walsender.serverFor(name),
                term,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                new Random(random.nextLong()),
                () -> {}));
        log.state().ifPresent(state -> totals.resumedWithinTransaction += state.lastInTransaction() ? 0 : 1);
    }

    /** The confirm rule: what Postgres may forget is in the log, and so is the permission. */
    private void confirmed(Lsn flushed) {
        SourceState state = log.state().orElseThrow(() -> new AssertionError("confirmed before there was a source"));
        assertThat(flushed.isAfter(state.bound()))
                .as("confirmed " + flushed + ", the log's bound is " + state.bound())
                .isFalse();
    }

    // ---- the way to the log ----

    private final class Pending<T> {
        private final Supplier<T> command;
        private final CompletableFuture<T> answer;
        private boolean applied;

        Pending(Supplier<T> command, CompletableFuture<T> answer) {
            this.command = command;
            this.answer = answer;
        }

        void apply() {
            if (applied) {
                return;
            }
            applied = true;
            T decided = command.get();
            if (decided instanceof SourceLog.AppendOutcome.Mismatch
                    || decided instanceof SourceLog.AppendOutcome.Duplicate) {
                totals.refusedByCompare++;
            }
            if (answer.isDone()) {
                totals.lateApplications++;
            }
            answer.complete(decided);
        }

        void unknown() {
            totals.unknownOutcomes++;
            answer.completeExceptionally(new TimeoutException("no answer"));
        }
    }

    /** Applies commands late, in their order but for those whose outcome became unknown, which may come at any time. */
    private final class Unreliable implements FakeSourceLog.Transport {
        @Override
        public <T> CompletableFuture<T> carry(Supplier<T> command) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            pending.add(new Pending<>(command, answer));
            return answer;
        }
    }

    private void deliver() {
        int count = random.nextInt(4);
        for (int i = 0; i < count && !pending.isEmpty(); i++) {
            if (!rough || random.nextInt(faultsIn) != 0) {
                oldest(false);
                continue;
            }
            switch (random.nextInt(3)) {
                case 0 -> oldest(true); // applied, but nobody hears of it
                case 1 -> pending.remove(random.nextInt(pending.size())).unknown(); // lost
                default -> pending.get(random.nextInt(pending.size())).unknown(); // may still be applied, later
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void oldest(boolean silently) {
        Pending<Object> next = (Pending<Object>) pending.remove(0);
        if (silently && !next.answer.isDone()) {
            next.unknown();
        }
        if (sabotage == Sabotage.FORGETS && rough && random.nextInt(100) == 0) {
            next.answer.complete(new SourceLog.AppendOutcome.Stored(0, 0));
            return;
        }
        next.apply();
    }
}
