package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.Transaction.Checks;
import dev.penstock.storage.kv.rocks.RocksStore;
import dev.penstock.storage.kv.rocks.RocksTuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random commands against the machine on two kinds of store and a simple model. What comes out depends on the seed only. A
 * failure prints the command that repeats it; {@code -Dpenstock.seed=N} runs that seed alone, {@code
 * -Dpenstock.sim.seeds=N} so many, {@code -Dpenstock.sim.steps=N} so many commands in all.
 */
class MachineSimulatorTest {

    private static final long COMMANDS = Long.getLong("penstock.sim.steps", 120_000);
    private static final long SEEDS = Long.getLong("penstock.sim.seeds", 4);

    /** A sabotage that is not found within so many seeds would not be found by those above. */
    private static final long SABOTAGED_SEEDS = 4;

    private static final long SABOTAGED_COMMANDS = 30_000;

    /** Two thirds or so of what the seeds reach. */
    private static final Map<String, Long> ALWAYS_SEEN = Map.ofEntries(
            Map.entry("Appended", 3_000L),
            Map.entry("Duplicate", 600L),
            Map.entry("Mismatch", 400L),
            Map.entry("SOURCE_STOPPED", 120L),
            Map.entry("Granted", 14_000L),
            Map.entry("NOT_AVAILABLE", 5_000L),
            Map.entry("STALE_GENERATION", 1_200L),
            Map.entry("STALE_PLAN", 900L),
            Map.entry("STALE_SCAN", 4_000L),
            Map.entry("STALE_TERM", 1_400L),
            Map.entry("Expired", 4_000L),
            Map.entry("Sought", 500L),
            Map.entry("settled OK", 100_000L),
            Map.entry("settled LEASE_LOST", 60_000L),
            Map.entry("settled SETTLED", 50_000L),
            Map.entry("trims that removed", 550L),
            Map.entry("groups overtaken", 130L),
            Map.entry("checkpoints", 120L),
            Map.entry("restarts", 70L));

    @TempDir
    Path directory;

    private static KeyValueStore openMemory(Path where) {
        return Files.exists(where) ? InMemoryStore.open(where) : new InMemoryStore();
    }

    private static KeyValueStore openRocks(Path where) {
        return RocksStore.open(where, RocksTuning.small(), failure -> {});
    }

    private Replica memory(String name, Replica.Feed feed) {
        return new Replica(name, directory, MachineSimulatorTest::openMemory, Checks.FULL, feed);
    }

    @Test
    void shouldAgreeWithTheModelOnEveryStore() {
        Long only = Long.getLong("penstock.seed");
        long first = only == null ? 0 : only;
        long count = only == null ? SEEDS : 1;
        Map<String, Long> happened = new TreeMap<>();
        for (long seed = first; seed < first + count; seed++) {
            agree(seed, COMMANDS / SEEDS, happened);
        }

        // then: all that a machine can answer was answered, and replicas did begin again
        System.out.println("The machine answered: " + happened);
        if (only == null && COMMANDS >= 100_000) {
            ALWAYS_SEEN.forEach((what, atLeast) -> assertThat(happened)
                    .hasEntrySatisfying(what, seen -> assertThat(seen).as(what).isGreaterThan(atLeast)));
        }
    }

    private void agree(long seed, long commands, Map<String, Long> happened) {
        try (Replica memory = memory("memory" + seed, Machine::apply);
                Replica rocks = new Replica(
                        "rocks" + seed, directory, MachineSimulatorTest::openRocks, Checks.TRUSTING, Machine::apply)) {
            Simulation simulation = new Simulation(seed, List.of(memory, rocks));
            simulation.run(commands);
            simulation.happened().forEach((what, times) -> happened.merge(what, times, Long::sum));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + ": " + e + "\nOnce more: mvn -pl storage -am package"
                            + " -Dtest='MachineSimulatorTest#shouldAgreeWithTheModelOnEveryStore'"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dpenstock.seed=" + seed
                            + " -Dpenstock.sim.steps=" + COMMANDS + " -Dpenstock.sim.seeds=" + SEEDS,
                    e);
        }
    }

    @Test
    void shouldGiveTheSameHistoryForTheSameSeed() {
        try (Replica one = memory("one", Machine::apply);
                Replica other = memory("other", Machine::apply)) {
            Simulation first = new Simulation(5, List.of(one));
            Simulation second = new Simulation(5, List.of(other));

            first.run(5_000);
            second.run(5_000);

            assertThat(second.digest()).isEqualTo(first.digest());
            assertThat(other.machine().stateDigest()).isEqualTo(one.machine().stateDigest());
        }
    }

    // ---- the checker checked: each of these faults must be found ----

    private void shouldFind(Replica.Feed sabotage) {
        boolean found = false;
        for (long seed = 0; seed < SABOTAGED_SEEDS && !found; seed++) {
            try (Replica memory = memory("memory" + seed, sabotage)) {
                Simulation simulation = new Simulation(seed, List.of(memory));
                found = catchThrowable(() -> simulation.run(SABOTAGED_COMMANDS)) instanceof AssertionError;
            }
        }

        assertThat(found)
                .as("the fault, found by one of " + SABOTAGED_SEEDS + " seeds")
                .isTrue();
    }

    private interface Rewrite {
        Command of(Machine machine, Command command);
    }

    private static Applied rewritten(Machine machine, long term, long index, byte[] entry, Rewrite rewrite) {
        Envelope envelope = CommandCodec.decode(entry);
        List<byte[]> commands = new ArrayList<>();
        for (Command command : envelope.commands()) {
            commands.add(CommandCodec.encodeCommand(rewrite.of(machine, command)));
        }
        byte[] changed =
                CommandCodec.envelope(envelope.planningTerm(), envelope.stampMillis(), envelope.wallMillis(), commands);
        return machine.apply(term, index, changed);
    }

    @Test
    void shouldFindAMachineThatTakesAcksOfAnyGeneration() {
        shouldFind((machine, term, index, entry) -> rewritten(machine, term, index, entry, (m, command) -> {
            if (command instanceof Command.Ack ack) {
                try (MachineView view = m.openView()) {
                    return view.group(ack.groupId())
                            .map(g -> new Command.Ack(ack.groupId(), g.generation(), ack.leases()))
                            .orElse(ack);
                }
            }
            return command;
        }));
    }

    @Test
    void shouldFindAMachineThatCountsReleasedDeliveries() {
        shouldFind((machine, term, index, entry) -> rewritten(
                machine,
                term,
                index,
                entry,
                (m, command) -> command instanceof Command.Release c
                        ? new Command.Nack(c.groupId(), c.generation(), c.leases(), 0)
                        : command));
    }

    @Test
    void shouldFindAMachineThatIgnoresThePlanningTerm() {
        shouldFind((machine, term, index, entry) -> {
            Envelope e = CommandCodec.decode(entry);
            List<byte[]> commands =
                    e.commands().stream().map(CommandCodec::encodeCommand).toList();
            return machine.apply(term, index, CommandCodec.envelope(term, e.stampMillis(), e.wallMillis(), commands));
        });
    }

    @Test
    void shouldFindAMachineThatTrimsMoreThanItMay() {
        shouldFind((machine, term, index, entry) -> rewritten(
                machine,
                term,
                index,
                entry,
                (m, command) -> command instanceof Command.Trim c && c.max() > 0
                        ? new Command.Trim(c.streamId(), c.max() + 1)
                        : command));
    }

    @Test
    void shouldFindAMachineThatStoresADuplicateBatch() {
        shouldFind(DuplicateStoring::apply);
    }

    @Test
    void shouldFindAMachineWhoseClockRunsAhead() {
        shouldFind((machine, term, index, entry) -> {
            Envelope e = CommandCodec.decode(entry);
            List<byte[]> commands =
                    e.commands().stream().map(CommandCodec::encodeCommand).toList();
            return machine.apply(
                    term,
                    index,
                    CommandCodec.envelope(e.planningTerm(), e.stampMillis() + 1, e.wallMillis(), commands));
        });
    }
}
