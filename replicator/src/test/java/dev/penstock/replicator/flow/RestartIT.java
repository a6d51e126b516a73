package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
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
            sql(port, "insert into t values (3)");
            crash();
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

    /** A standby that had everything of ours and was promoted: another timeline, the same history. */
    @Test
    void shouldGoOnAfterAPromotion() throws Exception {
        FakeSourceLog log = new FakeSourceLog("main", FakeSourceLog.DIRECT);
        EmbeddedPostgres postgres = start(0);
        int port = postgres.getPort();
        Replicator replicator = new Replicator(config(port), log, 1);
        try {
            // given
            sql(port, "create table t(id int primary key)", "create publication penstock for table t");
            replicator.start();
            SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
            sql(port, "insert into t values (1)");
            awaitEvents(log, 1);

            // when: it comes back as a standby of nobody, and is promoted
            postgres.close();
            postgres = promoted(port);
            sql(port, "insert into t values (2)");
            awaitEvents(log, 2);
            sql(port, "insert into t values (3)");

            // then: also for the next leader
            awaitEvents(log, 3);
            awaitConfirmed(replicator, log);
            replicator.close();
            replicator = new Replicator(config(port), log, 2);
            replicator.start();
            sql(port, "insert into t values (4)");
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

    /**
     * What is stored of the new timeline is no divergence, also where Postgres has not heard that it is stored: the log knows
     * the timeline before it holds anything of it.
     */
    @Test
    void shouldGoOnAfterAPromotionWhoseFirstEventIsNotConfirmed() throws Exception {
        FakeSourceLog log = new FakeSourceLog("main", FakeSourceLog.DIRECT);
        EmbeddedPostgres postgres = start(0);
        int port = postgres.getPort();
        Replicator replicator = new Replicator(config(port), log, 1);
        try {
            // given
            sql(port, "create table t(id int primary key)", "create publication penstock for table t");
            replicator.start();
            SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
            sql(port, "insert into t values (1)");
            awaitEvents(log, 1);
            postgres.close();
            postgres = promoted(port);
            sql(port, "insert into t values (2)");
            awaitEvents(log, 2);

            // when: Postgres and the leader die; the slot is as it was last written to disk
            replicator.close();
            crash();
            postgres.close();
            postgres = start(port);
            assertThat(confirmed(port))
                    .isLessThan(log.state().orElseThrow().last().commitLsn());
            assertThat(confirmed(port)).isLessThanOrEqualTo(switchPoint());
            replicator = new Replicator(config(port), log, 2);
            replicator.start();
            sql(port, "insert into t values (3)");

            // then
            awaitEvents(log, 3);
            assertThat(EventText.lines(log.events()))
                    .containsExactly(
                            "insert public.t key={\"id\":1} {\"id\":1}",
                            "insert public.t key={\"id\":2} {\"id\":2}",
                            "insert public.t key={\"id\":3} {\"id\":3}");
            assertThat(log.state().orElseThrow().timeline()).isEqualTo(2);
        } finally {
            replicator.close();
            postgres.close();
        }
    }

    /** Sent again by the promoted server, the rest of it goes on where the log ends, under the same positions. */
    @Test
    void shouldGoOnWithinATransactionAfterAPromotion() throws Exception {
        Halting transport = new Halting();
        FakeSourceLog log = new FakeSourceLog("main", transport);
        EmbeddedPostgres postgres = start(0);
        int port = postgres.getPort();
        Replicator replicator = new Replicator(config(port), log, 1);
        try {
            // given: half of a transaction is stored
            sql(port, "create table t(id int primary key)", "create publication penstock for table t");
            replicator.start();
            SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
            transport.left.set(1);
            sql(port, "insert into t select g from generate_series(1, 60000) g");
            awaitEvents(log, 1);
            SourceState half = log.state().orElseThrow();
            assertThat(half.lastInTransaction()).isFalse();

            // when
            replicator.close();
            postgres.close();
            postgres = promoted(port);
            transport.left.set(Integer.MAX_VALUE);
            replicator = new Replicator(config(port), log, 2);
            replicator.start();

            // then: each once, in order
            awaitEvents(log, 60_000);
            List<ChangeEvent> events = log.events();
            assertThat(events).hasSize(60_000);
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).position())
                        .isEqualTo(new SourcePosition(1, half.last().commitLsn(), i));
            }
            assertThat(log.state().orElseThrow().timeline()).isEqualTo(2);
            assertThat(log.state().orElseThrow().lastInTransaction()).isTrue();
        } finally {
            replicator.close();
            postgres.close();
        }
    }

    /** Applies so many commands more, and then leaves all unanswered. */
    private static final class Halting implements FakeSourceLog.Transport {
        private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

        @Override
        public <T> CompletableFuture<T> carry(Supplier<T> command) {
            return left.getAndUpdate(n -> Math.max(0, n - 1)) > 0
                    ? CompletableFuture.completedFuture(command.get())
                    : new CompletableFuture<>();
        }
    }

    /** Comes back as a standby of nobody, with all that it had, and is promoted. */
    private EmbeddedPostgres promoted(int port) throws IOException, SQLException {
        Files.createFile(directory.resolve("data").resolve("standby.signal"));
        EmbeddedPostgres standby = start(port);
        sql(port, "select pg_promote()");
        return standby;
    }

    /** The postmaster is told to give up at once. */
    private void crash() throws Exception {
        List<String> pidFile = Files.readAllLines(directory.resolve("data").resolve("postmaster.pid"));
        ProcessHandle postmaster =
                ProcessHandle.of(Long.parseLong(pidFile.get(0).strip())).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", String.valueOf(postmaster.pid()))
                .start()
                .waitFor();
        postmaster.onExit().get(20, TimeUnit.SECONDS);
    }

    private static Lsn confirmed(int port) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + port + "/postgres", "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select confirmed_flush_lsn from pg_replication_slots")) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }

    /** Where the first timeline ended. */
    private Lsn switchPoint() throws IOException {
        Path history = directory.resolve("data").resolve("pg_wal").resolve("00000002.history");
        return Lsn.parse(Files.readAllLines(history).get(0).split("\\s+", 3)[1]);
    }

    private static void awaitConfirmed(Replicator replicator, FakeSourceLog log) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> replicator
                        .status()
                        .confirmed()
                        .equals(log.state().orElseThrow().bound()));
    }

    private static void awaitEvents(FakeSourceLog log, int count) {
        await().atMost(Duration.ofSeconds(30))
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
