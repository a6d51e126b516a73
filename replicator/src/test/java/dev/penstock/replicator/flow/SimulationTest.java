package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.penstock.storage.model.ChangeEvent;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The replicator against a made-up Postgres and a made-up log, with every fault that either can have. A failing seed is
 * printed; {@code -Dpenstock.seed=N} runs that one alone, {@code -Dpenstock.seeds=N} so many.
 */
class SimulationTest {

    private static final long DEFAULT_SEEDS = 200;

    private static final Logger LOOP = (Logger) LoggerFactory.getLogger(SourceLoop.class);

    /** Thousands of faults are meant here, and would be reported. */
    @BeforeAll
    static void silence() {
        LOOP.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        LOOP.setLevel(null);
    }

    @Test
    void shouldStoreEveryCommitOnceAndInOrderWhateverBreaks() {
        Long only = Long.getLong("penstock.seed");
        LongStream seeds =
                only != null ? LongStream.of(only) : LongStream.range(0, Long.getLong("penstock.seeds", DEFAULT_SEEDS));
        Simulation.Totals totals = new Simulation.Totals();
        seeds.forEach(seed -> {
            try {
                new Simulation(seed, Simulation.Sabotage.NONE, totals).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + e + "\nOnce more: mvn -pl replicator -am package"
                                + " -Dtest='SimulationTest#shouldStoreEveryCommitOnceAndInOrderWhateverBreaks'"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpenstock.seed=" + seed,
                        e);
            }
        });
        // then: the faults that it is about did happen
        if (only == null && Long.getLong("penstock.seeds", DEFAULT_SEEDS) >= DEFAULT_SEEDS) {
            assertThat(totals.reconnects).isGreaterThan(1_000);
            assertThat(totals.takeovers).isGreaterThan(100);
            assertThat(totals.unknownOutcomes).isGreaterThan(500);
            assertThat(totals.lateApplications).isGreaterThan(50);
            assertThat(totals.resumedWithinTransaction).isGreaterThan(50);
            assertThat(totals.refusedByCompare).isGreaterThan(50);
            assertThat(totals.idleBounds).isGreaterThan(100);
            assertThat(totals.promotions).isGreaterThan(100);
        }
    }

    @Test
    void shouldFailWhereTheLogDoesNotCompare() {
        assertThatThrownBy(() -> sabotaged(Simulation.Sabotage.NO_COMPARE)).isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldFailWhereTheLogForgets() {
        assertThatThrownBy(() -> sabotaged(Simulation.Sabotage.FORGETS)).isInstanceOf(AssertionError.class);
    }

    private static void sabotaged(Simulation.Sabotage sabotage) {
        for (long seed = 0; seed < 50; seed++) {
            new Simulation(seed, sabotage, new Simulation.Totals()).run();
        }
    }

    @Test
    void shouldGiveTheSameLogForTheSameSeed() {
        // given
        Simulation one = new Simulation(7, Simulation.Sabotage.NONE, new Simulation.Totals());
        Simulation other = new Simulation(7, Simulation.Sabotage.NONE, new Simulation.Totals());

        // when
        one.run();
        other.run();

        // then
        assertThat(one.log().events().stream().map(ChangeEvent::position))
                .isEqualTo(
                        other.log().events().stream().map(ChangeEvent::position).toList());
    }
}
