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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random commands against the machine on two kinds of store and a simple model. A failure prints its seed; repeat it with
 * {@code -Dpenstock.seed=…}, run longer with {@code -Dpenstock.sim.steps=…} (commands).
 */
class MachineSimulatorTest {

    private static final long COMMANDS = Long.getLong("penstock.sim.steps", 120_000);

    @TempDir
    Path directory;

    private static KeyValueStore openMemory(Path where) {
        return Files.exists(where) ? InMemoryStore.open(where) : new InMemoryStore();
    }

    private static KeyValueStore openRocks(Path where) {
        return RocksStore.open(where, RocksTuning.small(), failure -> {});
    }

    @Test
    void shouldAgreeWithTheModelOnEveryStore() {
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        try (Replica memory = new Replica(
                        "memory", directory, MachineSimulatorTest::openMemory, Checks.FULL, Machine::apply);
                Replica rocks = new Replica(
                        "rocks", directory, MachineSimulatorTest::openRocks, Checks.TRUSTING, Machine::apply)) {
            Throwable failure = catchThrowable(() -> {
                long done = new Simulation(seed, List.of(memory, rocks)).run(COMMANDS);
                assertThat(done).isGreaterThanOrEqualTo(COMMANDS);
            });

            assertThat(failure).as("seed: repeat with -Dpenstock.seed=" + seed).isNull();
        }
    }

    // ---- the checker checked: each of these faults must be found ----

    private void shouldFind(Replica.Feed sabotage) {
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        try (Replica memory =
                new Replica("memory", directory, MachineSimulatorTest::openMemory, Checks.FULL, sabotage)) {
            Throwable failure = catchThrowable(() -> new Simulation(seed, List.of(memory)).run(COMMANDS / 4));

            assertThat(failure).as("a fault, found; seed " + seed).isInstanceOf(AssertionError.class);
        }
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
