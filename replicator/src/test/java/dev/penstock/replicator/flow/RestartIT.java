package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Postgres itself stops: in order, which must not wait for us, and at once. */
class RestartIT {

    @TempDir
    private Path directory;

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = SharedPostgres.builder()
                .setDataDirectory(directory.resolve("data"))
                .setCleanDataDirectory(false);
        return port == 0 ? builder.start() : builder.setPort(port).start();
    }

    private static void sql(int port, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + port + "/postgres", "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void shouldLetPostgresStopAndGoOnAfterwards() throws Exception {
        FakeSourceLog log = new FakeSourceLog("main", FakeSourceLog.DIRECT);
        EmbeddedPostgres postgres = start(0);
        int port = postgres.getPort();
        Replicator replicator = new Replicator(config(port), log, 1);
        try {
            // given
            sql(port, "create table t(id int primary key)", "create publication penstock for table t");
            replicator.start();
            SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
            sql(port, "insert into t values (1)", "create table other(a int)", "insert into other values (1)");

            // when: a fast stop waits until each walsender's client has confirmed all there is
            long began = System.nanoTime();
            postgres.close();
            Duration stopping = Duration.ofNanos(System.nanoTime() - began);
            postgres = start(port);
            sql(port, "insert into t values (2)");

            // then
            assertThat(stopping).isLessThan(Duration.ofSeconds(5));
            awaitEvents(log, 2);

            // when: the postmaster is told to give up at once
            List<String> pidFile = Files.readAllLines(directory.resolve("data").resolve("postmaster.pid"));
            ProcessHandle postmaster =
                    ProcessHandle.of(Long.parseLong(pidFile.get(0).strip())).orElseThrow();
            sql(port, "insert into t values (3)");
            new ProcessBuilder("kill", "-QUIT", String.valueOf(postmaster.pid()))
                    .start()
                    .waitFor();
            postmaster.onExit().get(20, java.util.concurrent.TimeUnit.SECONDS);
            SourceHarness.awaitState(replicator, SourceStatus.State.RETRYING);
            postgres.close();
            postgres = start(port);
            sql(port, "insert into t values (4)");

            // then
            awaitEvents(log, 4);
            assertThat(EventText.lines(log.events()))
                    .containsExactly(
                            "insert public.t key={\"id\":1} {\"id\":1}",
                            "insert public.t key={\"id\":2} {\"id\":2}",
                            "insert public.t key={\"id\":3} {\"id\":3}",
                            "insert public.t key={\"id\":4} {\"id\":4}");
        } finally {
            replicator.close();
            postgres.close();
        }
    }

    private static void awaitEvents(FakeSourceLog log, int count) {
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> log.eventCount() >= count);
    }

    private static SourceConfig config(int port) {
        return new SourceConfig(
                "main",
                "jdbc:postgresql://localhost:" + port + "/postgres",
                "postgres",
                () -> "",
                "penstock",
                "penstock",
                List.of(),
                "cluster",
                "n1",
                SourceConfig.Limits.defaults());
    }
}
