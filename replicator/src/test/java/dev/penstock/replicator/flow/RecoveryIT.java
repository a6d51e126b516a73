package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.storage.model.Lsn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lost answers, lost connections, rival readers, and what Postgres is told meanwhile. */
@ExtendWith(SharedPostgres.class)
class RecoveryIT {

    /** A way to the log that can be told to misbehave. */
    private static final class Switchable implements FakeSourceLog.Transport {
        enum Mode {
            DIRECT,
            /** Applied, but the answer is lost. */
            SILENT,
            /** Neither applied nor answered. */
            STUCK
        }

        volatile Mode mode = Mode.DIRECT;

        @Override
        public <T> CompletableFuture<T> carry(Supplier<T> command) {
            return switch (mode) {
                case DIRECT -> CompletableFuture.completedFuture(command.get());
                case SILENT -> {
                    mode = Mode.DIRECT;
                    yield CompletableFuture.failedFuture(new TimeoutException("the answer was lost: " + command.get()));
                }
                case STUCK -> new CompletableFuture<>();
            };
        }
    }

    private final Switchable transport = new Switchable();
    private SourceHarness source;

    @BeforeEach
    void open(EmbeddedPostgres postgres) throws SQLException {
        source = new SourceHarness(postgres, transport);
        source.sql("create table t(id int primary key, a text)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    private List<String> inserts(int from, int to) {
        return java.util.stream.IntStream.rangeClosed(from, to)
                .mapToObj(i -> "insert x.t key={\"id\":" + i + "} {\"id\":" + i + ",\"a\":null}")
                .toList();
    }

    @Test
    void shouldNotStoreTwiceWhatWasStoredWithoutAnAnswer() throws SQLException {
        // given
        Replicator replicator = source.stream("x.t");

        // when
        transport.mode = Switchable.Mode.SILENT;
        source.sql("insert into t values (1)", "insert into t values (2)");
        source.events(2);
        SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
        source.sql("insert into t values (3)");

        // then
        assertThat(source.lines(3)).isEqualTo(inserts(1, 3));
    }

    @Test
    void shouldGoOnAfterItsConnectionWasEnded() throws SQLException {
        // given
        Replicator replicator = source.stream("x.t");
        source.sql("insert into t select 1");
        source.events(1);

        // when
        source.sql("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + source.slot
                + "'");
        source.sql("insert into t select 2");

        // then
        assertThat(source.lines(2)).isEqualTo(inserts(1, 2));
        SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
        assertThat(replicator.status().code()).isEqualTo("ok");
    }

    /** With the driver's automatic flush the second transaction would be gone: confirmed, and stored nowhere. */
    @Test
    void shouldConfirmNothingThatIsNotStored() throws SQLException {
        // given: T2 is open from before T1, which is received but not stored
        Replicator replicator = source.start(shortTimeout(), source.log, 1);
        source.sql("insert into t select 1");
        source.events(1);
        Lsn stored;
        try (Connection slow = source.connect();
                Statement second = slow.createStatement()) {
            slow.setAutoCommit(false);
            second.execute("insert into x.t select g, repeat('t2', 1000) from generate_series(1000, 21000) g");
            transport.mode = Switchable.Mode.STUCK;
            stored = replicator.status().durable();
            awaitConfirmed(stored);
            source.sql("insert into t select 2");
            // when: T2 comes, more than the pipeline takes, and keepalives with it for more than a time-out
            slow.commit();
        }
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> source.confirmed().equals(stored.toString())
                        && replicator.status().state() == SourceStatus.State.STREAMING);
        replicator.close();

        // then
        transport.mode = Switchable.Mode.DIRECT;
        source.start(source.config(), source.log, 2);
        List<String> lines = source.lines(20_003);
        assertThat(lines.subList(0, 2)).isEqualTo(inserts(1, 2));
        assertThat(lines).hasSize(20_003);
    }

    private SourceConfig shortTimeout() throws SQLException {
        source.sql("create publication penstock for table t");
        SourceConfig.Limits limits = SourceConfig.Limits.defaults();
        return source.config(new SourceConfig.Limits(
                limits.maxEventBytes(),
                limits.targetBatchBytes(),
                limits.maxBatchEvents(),
                limits.lingerMillis(),
                limits.maxOutstandingBytes(),
                1_500));
    }

    private void awaitConfirmed(Lsn atLeast) {
        await().alias("confirmed " + atLeast)
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Lsn.parse(source.confirmed()).compareTo(atLeast) >= 0);
    }

    @Test
    void shouldConfirmWalThatHoldsNothingForIt(EmbeddedPostgres postgres) throws SQLException {
        // given
        source.stream("x.t");
        source.sql("create table elsewhere(a text)");

        // when: more than a segment of WAL without a change of the source
        source.sql("insert into elsewhere select repeat('x', 1000) from generate_series(1, 20000)");
        Lsn written = Lsn.parse(source.ask("select pg_current_wal_lsn()"));

        // then
        awaitConfirmed(written);
        assertThat(source.log.bounds()).isPositive();
        assertThat(source.log.state().orElseThrow().bound().compareTo(written)).isNotNegative();
        assertThat(source.log.eventCount()).isZero();
    }

    @Test
    void shouldTakeTheSlotOverFromALowerTermOnly() throws SQLException {
        // given
        Replicator deposed = source.stream("x.t");
        source.sql("insert into t select 1");
        source.events(1);

        // when: a new leader comes while the old one still believes
        long began = System.nanoTime();
        Replicator leader = source.start(node("n2"), source.log, 2);
        Duration taken = Duration.ofNanos(System.nanoTime() - began);

        // then
        assertThat(SourceHarness.awaitCode(deposed, "newer_term").state()).isEqualTo(SourceStatus.State.RETRYING);
        source.sql("insert into t select 2");
        assertThat(source.lines(2)).isEqualTo(inserts(1, 2));
        assertThat(leader.status().state()).isEqualTo(SourceStatus.State.STREAMING);
        assertThat(taken).isLessThan(Duration.ofSeconds(5));
    }

    private SourceConfig node(String nodeId) {
        SourceConfig config = source.config();
        return new SourceConfig(
                "main",
                config.jdbcUrl(),
                config.user(),
                config.password(),
                config.slot(),
                config.publication(),
                List.of(),
                config.clusterId(),
                nodeId,
                config.limits());
    }

    @Test
    void shouldLeaveAForeignReaderAlone() throws SQLException {
        // given
        Replicator foreign = source.stream("x.t");
        SourceConfig config = source.config();
        SourceConfig other = new SourceConfig(
                "main",
                config.jdbcUrl(),
                config.user(),
                config.password(),
                config.slot(),
                config.publication(),
                List.of(),
                "another-cluster",
                "n1",
                config.limits());

        // when
        Replicator ours = source.launch(other, source.log, 9);

        // then
        SourceStatus status = SourceHarness.awaitCode(ours, "slot_in_use");
        assertThat(status.detail()).contains("penstock:c1u5ter-:n1:1");
        assertThat(foreign.status().state()).isEqualTo(SourceStatus.State.STREAMING);
        foreign.close();
        SourceHarness.awaitState(ours, SourceStatus.State.STREAMING);
    }

    @Test
    void shouldCloseWithinASecondInAnyState() throws SQLException {
        // given: a pipeline that is stuck and full
        Replicator replicator = source.stream("x.t");
        transport.mode = Switchable.Mode.STUCK;
        source.sql("insert into t select g, repeat('x', 1000) from generate_series(1, 20000) g");
        await().atMost(Duration.ofSeconds(10)).until(() -> !replicator.status().caughtUp());

        // when
        long began = System.nanoTime();
        replicator.close();

        // then
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1_500));
        source.awaitInactive();
    }
}
