package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.SourceState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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
