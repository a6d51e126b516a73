package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.raft.LogSegments.Segment;
import dev.penstock.broker.raft.StartRefused.Reason;
import dev.penstock.broker.raft.TestCluster.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to the Raft log on disk, met by real Ratis. */
class LogDamageIT {
    private static final int MIB = 1 << 20;

    @TempDir
    Path root;

    private static Path current(Member member) {
        return member.directory
                .raft()
                .resolve(RaftLaunch.groupId("c1").getUuid().toString())
                .resolve("current");
    }

    private static void overwrite(Path file, long position, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }

    private static Segment openSegment(Member member) throws IOException {
        return LogSegments.list(current(member)).stream()
                .filter(Segment::open)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldStartWithATornTailInAPreallocatedSegment() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            for (long id = 0; id < 20; id++) {
                cluster.append(CountingMachine.append(1, id, 1_000));
            }
            cluster.awaitSameState();
            Member member = cluster.follower();
            cluster.kill(member);
            // when: what a power cut leaves of a record that was being written
            Segment segment = openSegment(member);
            long valid = LogSegments.scan(segment).validBytes();
            overwrite(segment.file(), valid, (byte) 0xc8, (byte) 0x07, (byte) 8, (byte) 1, (byte) 16, (byte) 99);
            overwrite(segment.file(), valid + 5_000, (byte) 0);
            // then
            assertThat(LogSegments.scan(segment).damage()).isPresent();
            cluster.start(member.nodeId);
            cluster.append(CountingMachine.append(1, 20, 1_000));
            cluster.awaitSameState();
            assertThat(cluster.halts).isEmpty();
        }
    }

    @Test
    void shouldRefuseADamagedClosedSegmentAndNameIt() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given: more than one segment
            for (long id = 0; id < 40; id++) {
                cluster.append(CountingMachine.append(1, id, MIB));
            }
            cluster.awaitSameState();
            Member member = cluster.follower();
            cluster.kill(member);
            Segment closed = LogSegments.list(current(member)).stream()
                    .filter(s -> !s.open())
                    .findFirst()
                    .orElseThrow();
            // when
            overwrite(closed.file(), Files.size(closed.file()) / 2, (byte) 0x55, (byte) 0x55, (byte) 0x55);
            // then
            assertThatThrownBy(() -> cluster.start(member.nodeId))
                    .isInstanceOfSatisfying(StartRefused.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(Reason.DAMAGED);
                        assertThat(refused.getMessage())
                                .contains(String.valueOf(closed.file().getFileName()));
                    });
        }
    }

    @Test
    void shouldRefuseALogThatLostAcknowledgedEntries() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            for (long id = 0; id < 20; id++) {
                cluster.append(CountingMachine.append(1, id, 1_000));
            }
            cluster.awaitSameState();
            Member member = cluster.follower();
            long applied = member.node.appliedIndex();
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> LogWatermark.read(member.directory.watermark()) >= applied);
            cluster.kill(member);
            // when: yesterday's log, or a disk that lied; the live state is gone too
            Segment segment = openSegment(member);
            byte[] content = Files.readAllBytes(segment.file());
            Files.write(segment.file(), List.of());
            Files.write(segment.file(), java.util.Arrays.copyOf(content, 3_000));
            DurableFiles.deleteTree(member.directory.liveState());
            // then
            assertThatThrownBy(() -> cluster.start(member.nodeId))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("acknowledged entries are lost");
        }
    }

    @Test
    void shouldRefuseWhenTheRaftDirectoryIsGone() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            cluster.append(CountingMachine.append(1, 1, 1_000));
            Member member = cluster.follower();
            cluster.kill(member);
            // when
            DurableFiles.deleteTree(member.directory.raft());
            // then
            assertThatThrownBy(() -> cluster.start(member.nodeId))
                    .isInstanceOfSatisfying(
                            StartRefused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.WIPED));
        }
    }

    @Test
    void shouldHaltTheNodeWhoseLogCannotBeWritten() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            cluster.append(CountingMachine.append(1, 1, 1_000));
            cluster.awaitSameState();
            Member member = cluster.follower();
            // when: the next segment cannot be made, as on a full or broken disk
            Files.move(current(member), current(member).resolveSibling("gone"));
            long id = 2;
            while (cluster.halts.isEmpty() && id < 60) {
                cluster.append(CountingMachine.append(1, id++, MIB));
            }
            await().atMost(TestCluster.PATIENCE).until(() -> !cluster.halts.isEmpty());
            // then: whatever Ratis made of it
            assertThat(cluster.halts).allMatch(halt -> halt.startsWith(member.nodeId));
        }
    }

    @Test
    void shouldHaltTheNodeWhoseDiskIsFull() throws Exception {
        // given: a disk of its own for one node, which only root can give it here
        Path disk = Files.createDirectories(root.resolve("n2"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=340m", "tmpfs", disk.toString()),
                "a small disk can be mounted");
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            cluster.append(CountingMachine.append(1, 1, 1_000));
            cluster.awaitSameState();
            // when
            Files.write(disk.resolve("filler"), new byte[300 * MIB]);
            long id = 2;
            while (cluster.halts.isEmpty() && id < 80) {
                cluster.append(CountingMachine.append(1, id++, MIB));
            }
            await().atMost(TestCluster.PATIENCE).until(() -> !cluster.halts.isEmpty());
            // then: before Ratis may acknowledge what it never wrote
            assertThat(cluster.halts).allMatch(halt -> halt.startsWith("n2"));
            assertThat(cluster.halts.peek()).contains("could not be written").contains("No space left");
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
