package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/** Creation by intent, publication, slot, ready; afterwards absence is a gap, recorded and final. */
@ExtendWith(SharedPostgres.class)
class SetUpIT {

    private SourceHarness source;

    @BeforeEach
    void open(EmbeddedPostgres postgres) throws SQLException {
        source = new SourceHarness(postgres);
        source.sql("create table t(id int primary key)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    private void letTheRolePublish() throws SQLException {
        source.sql(
                "grant create on database " + source.database + " to " + SourceHarness.ROLE,
                "grant usage, create on schema x to " + SourceHarness.ROLE,
                "alter table t owner to " + SourceHarness.ROLE);
    }

    @Test
    void shouldCreatePublicationAndSlotOnce() throws SQLException {
        // given
        letTheRolePublish();

        // when
        Replicator first = source.start(source.config("x.t"), source.log, 1);
        source.sql("insert into t values (1)");
        source.events(1);
        first.close();
        source.start(source.config("x.t"), source.log, 2);
        source.sql("insert into t values (2)");

        // then
        assertThat(source.lines(2))
                .containsExactly("insert x.t key={\"id\":1} {\"id\":1}", "insert x.t key={\"id\":2} {\"id\":2}");
        SourceState state = source.log.state().orElseThrow();
        assertThat(state.phase()).isEqualTo(SourceState.Phase.READY);
        assertThat(state.database()).isEqualTo(source.database);
        assertThat(state.systemId())
                .isEqualTo(source.ask("select system_identifier from pg_control_system()") + ":"
                        + source.ask("select oid from pg_publication"));
    }

    @Test
    void shouldAdoptTheSlotOfALeaderThatDiedBetweenSlotAndReady() throws Exception {
        // given
        source.sql("create publication penstock for table t");
        source.log.intent(source.database, source.slot, "penstock").get();
        source.sql("select pg_create_logical_replication_slot('" + source.slot + "', 'pgoutput')");
        source.sql("insert into t values (1)");

        // when
        source.start(source.config(), source.log, 1);

        // then
        assertThat(source.lines(1)).containsExactly("insert x.t key={\"id\":1} {\"id\":1}");
    }

    /** Creation waits for open transactions, on the server also after the leader died, and the slot shows meanwhile. */
    @Test
    void shouldNotAdoptASlotThatIsStillBeingCreated() throws Exception {
        // given: the first leader dies while its slot is in the making
        source.sql("create publication penstock for table t");
        Replicator second;
        try (Connection open = source.connect();
                Statement transaction = open.createStatement()) {
            open.setAutoCommit(false);
            transaction.execute("insert into x.t values (1)");
            Replicator first = source.launch(source.config(), source.log, 1);
            String creator = awaitCreator("");
            first.close();

            // when
            second = source.launch(source.config(), source.log, 2);

            // then: its creation is ended, and begun anew
            assertThat(awaitCreator(creator)).isNotEqualTo(creator);
            assertThat(source.log.state().orElseThrow().phase()).isEqualTo(SourceState.Phase.INTENT);
            open.commit();
        }
        SourceHarness.awaitState(second, SourceStatus.State.STREAMING);
        source.sql("insert into t values (2)");
        assertThat(source.lines(1)).containsExactly("insert x.t key={\"id\":2} {\"id\":2}");
        assertThat(source.log.state().orElseThrow().consistentPoint()).isNotEqualTo(Lsn.ZERO);
    }

    private String awaitCreator(String notThis) {
        String sql = "select active_pid from pg_replication_slots where slot_name = '" + source.slot
                + "' and active_pid is not null";
        return await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> source.ask(sql), pid -> !pid.isEmpty() && !pid.equals(notThis));
    }

    @Test
    void shouldSayWhatTheCreationOfItsSlotWaitsFor() throws SQLException {
        // given
        source.sql("create publication penstock for table t");
        Replicator replicator;
        try (Connection open = source.connect();
                Statement transaction = open.createStatement()) {
            open.setAutoCommit(false);
            transaction.execute("insert into x.t values (1)");
            String pid = String.valueOf(open.unwrap(PGConnection.class).getBackendPID());

            // when
            replicator = source.launch(source.config(), source.log, 1);

            // then
            SourceStatus status = SourceHarness.awaitCode(replicator, "slot_creation_blocked");
            assertThat(status.detail()).contains("pid " + pid);
            assertThat(status.state()).isEqualTo(SourceStatus.State.RETRYING);
            open.commit();
        }
        SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
    }

    @Test
    void shouldNotAdoptASlotThatAStrangerReads() throws Exception {
        // given
        source.sql("create publication penstock for table t");
        FakeSourceLog elsewhere = new FakeSourceLog("main", FakeSourceLog.DIRECT);
        Replicator stranger = source.start(ofCluster("another-cluster"), elsewhere, 1);
        source.log.intent(source.database, source.slot, "penstock").get();

        // when
        Replicator ours = source.launch(source.config(), source.log, 9);

        // then
        SourceStatus status = SourceHarness.awaitCode(ours, "slot_in_use");
        assertThat(status.detail()).contains("stop it, or configure another slot");
        assertThat(source.log.state().orElseThrow().phase()).isEqualTo(SourceState.Phase.INTENT);
        assertThat(stranger.status().state()).isEqualTo(SourceStatus.State.STREAMING);
    }

    private SourceConfig ofCluster(String clusterId) {
        SourceConfig config = source.config();
        return new SourceConfig(
                config.name(),
                config.jdbcUrl(),
                config.user(),
                config.password(),
                config.slot(),
                config.publication(),
                List.of(),
                clusterId,
                config.nodeId(),
                config.limits());
    }

    @Test
    void shouldNotTakeASlotThatItDidNotCreate() throws SQLException {
        // given
        source.sql("create publication penstock for table t");
        source.sql("select pg_create_logical_replication_slot('" + source.slot + "', 'pgoutput')");

        // when
        Replicator replicator = source.launch(source.config(), source.log, 1);

        // then
        SourceStatus status = SourceHarness.awaitCode(replicator, "slot_exists");
        assertThat(status.state()).isEqualTo(SourceStatus.State.RETRYING);
        assertThat(status.detail()).contains("pg_drop_replication_slot('" + source.slot + "')");
        assertThat(source.log.state()).isEmpty();
        source.dropSlot(source.slot);
        SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
    }

    @Test
    void shouldSayWhatToRunWhereItMayNotPublish() throws SQLException {
        // when
        Replicator replicator = source.launch(source.config("x.t"), source.log, 1);

        // then
        SourceStatus status = SourceHarness.awaitCode(replicator, "publication_missing");
        assertThat(status.detail()).contains("CREATE PUBLICATION \"penstock\" FOR TABLE \"x\".\"t\"");
        source.sql("create publication penstock for table t");
        SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
    }

    @Test
    void shouldRecordAGapWhenTheSlotIsGone() throws SQLException {
        stopped("slot_missing", () -> source.dropSlot(source.slot));
    }

    @Test
    void shouldRecordAGapWhenTheSlotWasDroppedAndCreatedAgain() throws SQLException {
        stopped("slot_advanced", () -> {
            source.dropSlot(source.slot);
            source.sql("insert into t values (2)");
            source.sql("select pg_create_logical_replication_slot('" + source.slot + "', 'pgoutput')");
        });
    }

    @Test
    void shouldRecordAGapWhenAnotherConsumerAdvancedTheSlot() throws SQLException {
        stopped("slot_advanced", () -> {
            source.sql("insert into t values (2)");
            source.ask("select end_lsn from pg_replication_slot_advance('" + source.slot + "', pg_current_wal_lsn())");
        });
    }

    @Test
    void shouldRecordAGapWhenThePublicationIsGone() throws SQLException {
        stopped("publication_missing", () -> source.sql("drop publication penstock"));
    }

    @Test
    void shouldRecordAGapWhenThePublicationWasCreatedAgain() throws SQLException {
        stopped(
                "publication_recreated",
                () -> source.sql("drop publication penstock", "create publication penstock for table t"));
    }

    @Test
    void shouldRecordAGapWhenTheSlotIsOfAnotherKind() throws SQLException {
        stopped("slot_replaced", () -> {
            source.dropSlot(source.slot);
            source.sql("select pg_create_logical_replication_slot('" + source.slot + "', 'test_decoding')");
        });
    }

    private interface Mishap {
        void happen() throws SQLException;
    }

    private void stopped(String code, Mishap mishap) throws SQLException {
        // given
        Replicator first = source.stream("x.t");
        source.sql("insert into t values (1)");
        source.events(1);
        first.close();
        source.awaitInactive();

        // when
        mishap.happen();
        Replicator second = source.launch(source.config(), source.log, 2);

        // then: one event, the stop and the reason in one fact
        SourceHarness.awaitState(second, SourceStatus.State.STOPPED);
        List<String> lines = source.lines(2);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("gap {\"from_lsn\":\"").contains("\"reason\":\"" + code + ": ");
        SourceState state = source.log.state().orElseThrow();
        assertThat(state.phase()).isEqualTo(SourceState.Phase.STOPPED);
        assertThat(state.stopReason()).startsWith(code + ": ");
        assertThat(second.status().code()).isEqualTo(code);
        assertThat(second.status().detail()).contains("stays stopped until an operator");

        // and: the next leader knows
        second.close();
        Replicator third = source.launch(source.config(), source.log, 3);
        SourceHarness.awaitState(third, SourceStatus.State.STOPPED);
        assertThat(third.status().code()).isEqualTo(code);
        assertThat(source.log.eventCount()).isEqualTo(2);
    }

    @Test
    void shouldNoticeADroppedPublicationWhileStreaming() throws SQLException {
        // given
        Replicator replicator = source.stream("x.t");
        source.sql("insert into t values (1)");
        source.events(1);

        // when: 18 goes on without a word, and leaves out what follows
        source.sql("drop publication penstock", "insert into t values (2)");

        // then
        SourceHarness.awaitState(replicator, SourceStatus.State.STOPPED);
        assertThat(replicator.status().code()).isEqualTo("publication_missing");
        assertThat(source.lines(2).get(1)).startsWith("gap ");
    }

    @Test
    void shouldRecordAGapOnAnotherServer() throws SQLException {
        // given
        Replicator first = source.stream("x.t");
        first.close();
        SourceState was = source.log.state().orElseThrow();

        // when
        source.log.put(new SourceState(
                was.name(),
                was.streamId(),
                was.database(),
                was.slot(),
                was.publication(),
                was.phase(),
                was.epoch(),
                was.last(),
                was.lastInTransaction(),
                was.bound(),
                "123456789:1",
                was.timeline(),
                was.consistentPoint(),
                ""));
        Replicator second = source.launch(source.config(), source.log, 2);

        // then
        SourceHarness.awaitState(second, SourceStatus.State.STOPPED);
        assertThat(second.status().code()).isEqualTo("system_changed");
        assertThat(source.lines(1).get(0)).startsWith("gap ");
    }
}
