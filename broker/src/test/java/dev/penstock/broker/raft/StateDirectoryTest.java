package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.raft.Snapshots.Snapshot;
import dev.penstock.storage.kv.rocks.RocksTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live store becomes a copy of a snapshot, on the real store, with the power cut at every step. */
class StateDirectoryTest {

    private static final ReplicatedState.Opener ROCKS = StateMachines.rocks(RocksTuning.small(), (reason, cause) -> {
                throw new AssertionError(reason, cause);
            })
            .opener();

    @TempDir
    Path root;

    private Path live;
    private List<Snapshot> snapshots;

    /** A live store at index 3 and a snapshot at index 7. */
    @BeforeEach
    void openStores() throws IOException {
        live = root.resolve("machine").resolve("db");
        Files.createDirectories(live);
        write(live, 3);
        Path source = root.resolve("source");
        Path snapshot = root.resolve("snapshot.1_7");
        try (Closing state = new Closing(ROCKS.open(source))) {
            state.state.skip(1, 7);
            state.state.checkpoint(snapshot);
        }
        snapshots = List.of(new Snapshot(snapshot, new ReplicatedState.Position(1, 7)));
    }

    private record Closing(ReplicatedState state) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            state.close();
        }
    }

    private static void write(Path directory, long index) throws IOException {
        try (Closing state = new Closing(ROCKS.open(directory))) {
            state.state.skip(1, index);
        }
    }

    private StateDirectory directory(Fsync fsync) {
        return new StateDirectory(new DurableFiles(fsync), live, ROCKS);
    }

    private static final class PowerCut extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Lets so many syncs pass; the next one, and all after it, never happen. */
    private static Fsync cutAfter(int syncs) {
        return new Fsync() {
            private int left = syncs;

            private void count() throws IOException {
                if (left-- <= 0) {
                    throw new PowerCut();
                }
            }

            @Override
            public void file(Path file) throws IOException {
                count();
            }

            @Override
            public void directory(Path directory) throws IOException {
                count();
            }
        };
    }

    private long openedIndex() throws IOException {
        try (Closing state = new Closing(directory(Fsync.DISK).open(snapshots, 1))) {
            return state.state.appliedIndex();
        }
    }

    @Test
    void shouldEndWithTheSnapshotWhereverThePowerIsCut() throws IOException {
        boolean cut = true;
        for (int syncs = 0; cut; syncs++) {
            // given
            DurableFiles.deleteTree(live);
            write(live, 3);
            // when
            cut = cutsPower(syncs);
            // then
            assertThat(openedIndex()).as("cut after %d syncs", syncs).isEqualTo(7);
            assertThat(live.resolveSibling("db.dead")).doesNotExist();
        }
    }

    private boolean cutsPower(int syncs) throws IOException {
        try (Closing replaced = new Closing(directory(cutAfter(syncs)).replaceWith(snapshots.get(0)))) {
            assertThat(replaced.state.appliedIndex()).isEqualTo(7);
            return false;
        } catch (PowerCut e) {
            return true;
        }
    }

    /** What a power cut in the middle of deleting a store in its place leaves. */
    @Test
    void shouldGoOnWithTheSnapshotWhenTheLiveStoreIsDamaged() throws IOException {
        // given
        deleteTables(live);

        // then
        assertThat(openedIndex()).isEqualTo(7);
    }

    @Test
    void shouldRefuseADamagedLiveStoreWithoutASnapshot() throws IOException {
        // given
        deleteTables(live);
        snapshots = List.of();

        // then
        assertThatThrownBy(this::openedIndex).hasMessageContaining("restore it from a healthy node");
        assertThat(live).exists();
    }

    @Test
    void shouldKeepTheLiveStoreWhenTheSnapshotIsNotWhatItsNameSays() throws IOException {
        // given
        snapshots = List.of(new Snapshot(snapshots.get(0).path(), new ReplicatedState.Position(1, 8)));

        // then
        assertThatThrownBy(this::openedIndex).hasMessageContaining("its name says");
        snapshots = List.of();
        assertThat(openedIndex()).isEqualTo(3);
    }

    private static void deleteTables(Path directory) throws IOException {
        for (Path file : DurableFiles.children(directory)) {
            if (file.toString().endsWith(".sst")) {
                Files.delete(file);
            }
        }
    }
}
