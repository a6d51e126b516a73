package dev.penstock.cluster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The supervision of processes, with a shell script in the place of the broker. */
class LocalClusterIT {
    private static final List<String> RUNS = List.of("sh", "-c", "touch ready; exec sleep 600");

    @TempDir
    Path directory;

    private LocalCluster cluster;
    private Watchdog watchdog;

    @BeforeEach
    void prepare() throws IOException {
        watchdog = Watchdog.start();
        cluster = new LocalCluster(List.of(), watchdog, spec -> true, false, () -> {});
    }

    private void start(List<String> command, boolean restarts, Runnable onRestarted) throws IOException {
        List<NodeSpec> specs = List.of(spec("n1", command), spec("n2", command));
        cluster = new LocalCluster(
                specs, watchdog, spec -> Files.exists(spec.directory().resolve("ready")), restarts, onRestarted);
        cluster.startAll();
    }

    private NodeSpec spec(String id, List<String> command) {
        return new NodeSpec(id, 1, 2, directory.resolve(id), command);
    }

    @AfterEach
    void stop() {
        cluster.close();
        watchdog.close();
    }

    @Test
    void shouldStartADeadNodeAgainWithinFiveSeconds() throws Exception {
        CountDownLatch restarted = new CountDownLatch(1);
        start(RUNS, true, restarted::countDown);
        cluster.awaitReady(Duration.ofSeconds(10));
        ManagedProcess first = cluster.process("n1");
        ManagedProcess other = cluster.process("n2");

        first.kill();

        // Younger than a few seconds, so it is given its second start only after a pause.
        assertThat(restarted.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(cluster.process("n1").isAlive()).isTrue();
        assertThat(cluster.process("n1").pid()).isNotEqualTo(first.pid());
        assertThat(cluster.process("n2").pid()).isEqualTo(other.pid());
    }

    @Test
    void shouldLeaveAStoppedNodeAloneAndEndItWithTheOthers() throws Exception {
        start(RUNS, true, () -> {});
        cluster.awaitReady(Duration.ofSeconds(10));
        ManagedProcess process = cluster.process("n1");
        process.signal("STOP");

        assertThat(process.awaitExit(Duration.ofMillis(500))).isFalse();
        cluster.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(cluster.process("n2").isAlive()).isFalse();
    }

    @Test
    void shouldLeaveADeadNodeDeadIfTold() throws Exception {
        CountDownLatch restarted = new CountDownLatch(1);
        start(RUNS, false, restarted::countDown);
        cluster.awaitReady(Duration.ofSeconds(10));
        cluster.process("n1").kill();

        assertThat(restarted.await(1, TimeUnit.SECONDS)).isFalse();
        assertThat(cluster.process("n1").isAlive()).isFalse();
    }

    @Test
    void shouldShowTheLogOfANodeThatGivesUp() throws Exception {
        start(List.of("sh", "-c", "echo the port is taken; exit 3"), false, () -> {});

        assertThatThrownBy(() -> cluster.awaitReady(Duration.ofSeconds(10)))
                .hasMessageContaining("status 3")
                .hasMessageContaining("the port is taken");
    }

    /** The watchdog acts when the pipe to it closes, which the system does when its owner dies. */
    @Test
    void shouldEndNodesAndRemoveFilesWhenTheOwnerOfTheWatchdogDies() throws Exception {
        start(RUNS, false, () -> {});
        cluster.awaitReady(Duration.ofSeconds(10));
        cluster.process("n2").signal("STOP");
        Path scratch = directory.resolve("scratch");
        Files.createDirectories(scratch.resolve("deep"));
        Path file = Files.writeString(directory.resolve("info.json"), "{}");
        watchdog.watchScratch(scratch);
        watchdog.watchFile(file);

        watchdog.abandon();

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(cluster.process("n1").isAlive()).isFalse();
            assertThat(cluster.process("n2").isAlive()).isFalse();
            assertThat(file).doesNotExist();
            assertThat(scratch).doesNotExist();
        });
    }

    @Test
    void shouldDoNothingWhenDismissed() throws Exception {
        start(RUNS, false, () -> {});
        cluster.awaitReady(Duration.ofSeconds(10));
        watchdog.close();

        assertThat(cluster.process("n1").awaitExit(Duration.ofMillis(300))).isFalse();
    }
}
