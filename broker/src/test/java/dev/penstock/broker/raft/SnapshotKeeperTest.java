package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotKeeperTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path root;

    private final DurableFiles files = new DurableFiles(Fsync.DISK);
    private final CountingMachine.Disk disk = new CountingMachine.Disk();
    private final AtomicLong nanos = new AtomicLong();
    private final List<Runnable> work = new ArrayList<>();
    private final List<String> halts = new ArrayList<>();
    private int published;
    private long freeBytes = 1_000;

    private record Parts(Snapshots snapshots, SnapshotKeeper keeper, ReplicatedState state, DiskGuard disk) {}

    @SuppressWarnings("NullAway.Init")
    private Parts parts;

    @BeforeEach
    void open() throws Exception {
        Snapshots snapshots = new Snapshots(files, root.resolve("sm"), root.resolve("tmp"));
        DiskGuard space = new DiskGuard(() -> freeBytes, 100);
        SnapshotKeeper keeper = new SnapshotKeeper(
                new SnapshotLimits(10 * MIB, 60_000, 20 * MIB),
                snapshots,
                disk,
                files,
                work::add,
                nanos::get,
                () -> published++,
                space,
                (reason, cause) -> halts.add(reason + cause));
        ReplicatedState state = disk.open(root.resolve("db"));
        keeper.use(state);
        parts = new Parts(snapshots, keeper, state, space);
    }

    private void apply(int from, int to) {
        for (int index = from; index <= to; index++) {
            parts.state.skip(1, index);
            parts.keeper.applied(index, MIB);
        }
    }

    private void runWork() {
        List<Runnable> now = List.copyOf(work);
        work.clear();
        now.forEach(Runnable::run);
    }

    @Test
    void shouldTakeASnapshotByBytesOneAtATime() throws Exception {
        // when
        apply(0, 8);
        assertThat(work).isEmpty();
        apply(9, 25);
        // then
        assertThat(work).hasSize(1);
        runWork();
        assertThat(published).isEqualTo(1);
        assertThat(parts.snapshots.latestIndex()).isEqualTo(25);
        assertThat(halts).isEmpty();
    }

    @Test
    void shouldTakeASnapshotByTimeIfAnythingWasApplied() throws Exception {
        // when
        nanos.addAndGet(120_000_000_000L);
        parts.keeper.tick();
        assertThat(work).isEmpty();
        apply(0, 0);
        parts.keeper.tick();
        // then
        assertThat(work).hasSize(1);
    }

    @Test
    void shouldKeepTwoSnapshots() throws Exception {
        for (int round = 0; round < 4; round++) {
            apply(round * 10, round * 10 + 9);
            runWork();
        }
        assertThat(parts.snapshots.list()).extracting(s -> s.position().index()).containsExactly(39L, 29L);
    }

    @Test
    void shouldPurgeByBytesBelowTheNewestSnapshotAndNeverBackwards() throws Exception {
        // given
        assertThat(parts.keeper.purgeUpTo(100)).isEqualTo(-1);
        apply(0, 19);
        runWork();
        // then: all of it is to be kept
        assertThat(parts.keeper.purgeUpTo(19)).isEqualTo(-1);
        // when
        apply(20, 49);
        runWork();
        // then: 20 MiB stay, and the snapshot at 49 covers the rest
        assertThat(parts.keeper.purgeUpTo(49)).isEqualTo(29);
        assertThat(parts.keeper.purgeUpTo(49)).isEqualTo(-1);
        // when: nothing new is in a snapshot
        apply(50, 79);
        // then
        assertThat(parts.keeper.purgeUpTo(79)).isEqualTo(49);
    }

    @Test
    void shouldNotPurgeAheadOfWhatRatisHasFedAgain() throws Exception {
        // given
        apply(0, 49);
        runWork();
        // then: right after a restart Ratis is still feeding what the live store has
        assertThat(parts.keeper.purgeUpTo(10)).isEqualTo(-1);
    }

    @Test
    void shouldThrowAwayACheckpointThatAnInstallOvertook() throws Exception {
        // given
        apply(0, 20);
        // when
        parts.snapshots.installBegins();
        runWork();
        parts.snapshots.installEnded();
        // then
        assertThat(published).isZero();
        assertThat(parts.snapshots.list()).isEmpty();
        assertThat(halts).isEmpty();
    }

    @Test
    void shouldHaltWhenTheStoreRefusesACheckpoint() throws Exception {
        // given
        apply(0, 20);
        DurableFiles.deleteTree(root.resolve("db"));
        // when
        runWork();
        // then
        assertThat(halts).hasSize(1);
    }

    @Test
    void shouldTakeNoSnapshotWithoutRoomForIt() {
        // given
        freeBytes = 49;
        parts.disk.look();
        // when
        apply(0, 25);
        // then
        assertThat(work).isEmpty();

        // and it makes up for it
        freeBytes = 1_000;
        parts.disk.look();
        apply(26, 26);
        assertThat(work).hasSize(1);
    }
}
