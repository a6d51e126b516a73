package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.raft.DataDirectory.RepairNeed;
import dev.penstock.broker.raft.StartRefused.Reason;
import dev.penstock.storage.kv.StoreFailedException;
import dev.penstock.storage.kv.rocks.RocksTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairMarkTest {

    @TempDir
    Path root;

    private final List<String> halts = new ArrayList<>();
    private final FailStop end = (reason, cause) -> halts.add(reason);

    private static final class Nobody implements Repair.Peers {
        @Override
        public Map<String, SnapshotOffer> offers(long atLeast) {
            return Map.of();
        }

        @Override
        public byte[] part(String peer, long index, String file, long offset, int length) throws IOException {
            throw new IOException("nobody there");
        }
    }

    @Test
    void shouldSurviveTheProcessWithItsFirstReason() throws Exception {
        // given
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.noteDamage("the digest differs\nat index 7", 7);
            directory.noteDamage("something later", 9);
        }

        // then
        try (DataDirectory again = DataDirectory.open(root)) {
            assertThat(again.repairNeed()).hasValue(new RepairNeed("the digest differs at index 7", 7));

            // and
            again.clearRepair();
            assertThat(again.repairNeed()).isEmpty();
        }
    }

    @Test
    void shouldMarkDamageOfTheStoreAndNothingElse() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root)) {
            FailStop marking = directory.markingDamage(end);

            // when
            marking.halt("the log could not be written", new IOException("No space left on device"));
            assertThat(directory.repairNeed()).isEmpty();
            marking.halt(
                    "entry 9 could not be applied",
                    new IllegalStateException(new StoreFailedException(
                            "expected the store to read a row, but: Corruption: block checksum mismatch")));

            // then
            assertThat(directory.repairNeed()).isPresent();
            assertThat(halts).containsExactly("the log could not be written", "entry 9 could not be applied");
        }
    }

    @Test
    void shouldMarkACheckpointWhoseRowsAreNotWhatTheDigestSays() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.markingDamage(end).halt("a snapshot could not be taken", new StateDamaged("digest"));

            assertThat(directory.repairNeed()).isPresent();
        }
    }

    @Test
    void shouldRefuseToStartWhileNobodyGivesAState() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root)) {
            // given
            directory.noteDamage("the digest differs", 7);
            Files.createDirectories(directory.liveState());
            Files.writeString(directory.liveState().resolve("CURRENT"), "kept");

            // then
            assertThatThrownBy(() -> Repair.mend(
                            directory,
                            "c1",
                            StateMachines.rocks(RocksTuning.small(), end),
                            new Nobody(),
                            Duration.ZERO))
                    .isInstanceOfSatisfying(StartRefused.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(Reason.DAMAGED);
                        assertThat(refused.getMessage()).contains("the digest differs", "start the others", "--join");
                    });
            assertThat(directory.repairNeed()).isPresent();
            assertThat(directory.liveState().resolve("CURRENT")).hasContent("kept");
        }
    }
}
