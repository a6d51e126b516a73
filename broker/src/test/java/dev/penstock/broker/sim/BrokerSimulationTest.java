package dev.penstock.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Proposer, planner, services, replicator and machine of three nodes, with every fault that Raft, Postgres, clients and
 * threads can have. A failing seed is printed, with the last steps before it failed; {@code -Dpenstock.seed=N} runs that
 * one alone, {@code -Dpenstock.sim.seeds=N} so many.
 */
class BrokerSimulationTest {

    private static final long DEFAULT_SEEDS = 40;
    private static final int STEPS = Integer.getInteger("penstock.sim.steps", 12_000);

    /** A sabotage that is not found within so many seeds would not be found by those above. */
    private static final int SABOTAGED_SEEDS = 40;

    private final Logger house = (Logger) LoggerFactory.getLogger("dev.penstock");
    private final Errors errors = new Errors();
    private final Totals totals = new Totals();

    /** Thousands of faults are meant here, and would be reported; what is reported as an error is not meant. */
    private static final class Errors extends AppenderBase<ILoggingEvent> {
        private String first = "";

        @Override
        protected void append(ILoggingEvent event) {
            if (first.isEmpty()) {
                first = event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ": " + event.getThrowableProxy().getMessage());
            }
        }

        Optional<String> seen() {
            return first.isEmpty() ? Optional.empty() : Optional.of(first);
        }

        void forget() {
            first = "";
        }
    }

    @BeforeEach
    void silence() {
        house.setLevel(Level.ERROR);
        house.setAdditive(false);
        house.addAppender(errors);
        errors.start();
    }

    @AfterEach
    void speak() {
        house.detachAppender(errors);
        house.setAdditive(true);
        house.setLevel(null);
    }

    private Simulation simulation(long seed, Sabotage sabotage) {
        errors.forget();
        return new Simulation(seed, STEPS, sabotage, totals, errors::seen);
    }

    private void run(long seed, Sabotage sabotage) {
        Simulation simulation = simulation(seed, sabotage);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + " (again with -Dpenstock.seed=" + seed + "): " + e + "\nThe last steps:\n"
                            + simulation.traceText(),
                    e);
        }
    }

    @Test
    void shouldKeepEveryPromiseWhateverBreaks() {
        Long only = Long.getLong("penstock.seed");
        long begun = System.nanoTime();
        LongStream seeds = only != null
                ? LongStream.of(only)
                : LongStream.range(0, Long.getLong("penstock.sim.seeds", DEFAULT_SEEDS));
        seeds.forEach(seed -> run(seed, Sabotage.NONE));

        // then: the faults that it is about did happen
        long millis = (System.nanoTime() - begun) / 1_000_000;
        System.out.println("Simulated in " + millis + " ms: " + totals);
        if (only == null) {
            assertThat(totals.elections).isGreaterThan(300);
        }
    }

    @ParameterizedTest
    // STAMP_AHEAD is not found with these seeds since the watch no longer ends a reign early: it needs a scenario of
    // its own.
    @EnumSource(
            value = Sabotage.class,
            names = {"NONE", "STAMP_AHEAD"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldFindTheSabotage(Sabotage sabotage) {
        String found = "";
        for (long seed = 0; seed < SABOTAGED_SEEDS && found.isEmpty(); seed++) {
            try {
                simulation(seed, sabotage).run();
            } catch (AssertionError e) {
                found = "seed " + seed + ": " + e.getMessage();
            }
        }
        System.out.println(sabotage + " found: " + found);
        assertThat(found).as("a fault, found").isNotEmpty();
    }

    @Test
    void shouldGiveTheSameHistoryForTheSameSeed() {
        // given
        Simulation one = simulation(7, Sabotage.NONE);
        Simulation other = simulation(7, Sabotage.NONE);

        // when
        one.run();
        other.run();

        // then
        assertThat(one.fingerprint()).isEqualTo(other.fingerprint());
    }
}
