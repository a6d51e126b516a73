package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Lsn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Order, savepoints, messages, truncates and schema changes, as they come through a real slot. */
@ExtendWith(SharedPostgres.class)
class TransactionsIT {

    private SourceHarness source;

    @BeforeEach
    void open(EmbeddedPostgres postgres) throws SQLException {
        source = new SourceHarness(postgres);
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    @Test
    void shouldLeaveOutWhatWasRolledBack() throws SQLException {
        // given
        source.sql("create table t(id int primary key)");
        source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (21)",
                "savepoint s1",
                "insert into t values (22)",
                "rollback to s1",
                "savepoint s2",
                "insert into t values (23)",
                "release s2",
                "commit",
                "begin",
                "insert into t values (24)",
                "rollback",
                "insert into t values (25)");

        // then
        List<ChangeEvent> events = source.events(3);
        assertThat(EventText.lines(events))
                .containsExactly(
                        "insert x.t key={\"id\":21} {\"id\":21}",
                        "insert x.t key={\"id\":23} {\"id\":23}",
                        "insert x.t key={\"id\":25} {\"id\":25}");
        assertThat(events).extracting(event -> event.position().ordinal()).containsExactly(0L, 1L, 0L);
    }

    @Test
    void shouldFollowTheOrderOfCommits() throws SQLException {
        // given
        source.sql("create table t(id int primary key)");
        source.stream("x.t");

        // when
        try (Connection a = source.connect();
                Statement first = a.createStatement()) {
            a.setAutoCommit(false);
            first.execute("insert into t values (1)");
            source.sql("insert into t values (2)");
            a.commit();
        }

        // then
        List<ChangeEvent> events = source.events(2);
        assertThat(EventText.lines(events))
                .containsExactly("insert x.t key={\"id\":2} {\"id\":2}", "insert x.t key={\"id\":1} {\"id\":1}");
        assertThat(events.get(1).position().isAfter(events.get(0).position())).isTrue();
        assertThat(events.get(1).xid()).isLessThan(events.get(0).xid());
    }

    @Test
    void shouldPlaceMessagesInTheirTransaction() throws SQLException {
        // given
        source.sql("create table t(id int primary key)");
        source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (1)",
                "select pg_logical_emit_message(true, 'p', 'hello \"you\"')",
                "insert into t values (2)",
                "commit",
                "begin",
                "insert into t values (3)",
                "select pg_logical_emit_message(false, 'q', '\\xff00'::bytea)",
                "rollback",
                "insert into t values (4)");

        // then
        List<ChangeEvent> events = source.events(5);
        assertThat(EventText.lines(events))
                .containsExactly(
                        "insert x.t key={\"id\":1} {\"id\":1}",
                        "message p {\"prefix\":\"p\",\"content\":\"hello \\\"you\\\"\",\"transactional\":true}",
                        "insert x.t key={\"id\":2} {\"id\":2}",
                        "message q {\"prefix\":\"q\",\"content\":\"/wA=\",\"transactional\":false,\"encoding\":\"base64\"}",
                        "insert x.t key={\"id\":4} {\"id\":4}");
        assertThat(events).extracting(event -> event.position().ordinal()).containsExactly(0L, 1L, 2L, 0L, 0L);
        assertThat(events.get(3).xid()).isZero();
        assertThat(events.get(3).commitMicros())
                .isGreaterThanOrEqualTo(events.get(2).commitMicros());
    }

    @Test
    void shouldKeepAThousandSmallTransactionsInOrder() throws SQLException {
        // given
        source.sql("create table t(id int primary key)");
        source.stream("x.t");

        // when
        source.sql("do $$ begin for i in 1..1000 loop insert into x.t values (i); commit; end loop; end $$");

        // then
        List<ChangeEvent> events = source.events(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(EventText.line(events.get(i)))
                    .isEqualTo("insert x.t key={\"id\":" + (i + 1) + "} {\"id\":" + (i + 1) + "}");
            if (i > 0) {
                Lsn before = events.get(i - 1).position().commitLsn();
                assertThat(events.get(i).position().commitLsn().isAfter(before)).isTrue();
            }
        }
    }

    @Test
    void shouldFollowSchemaChangesWithinOneTransaction() throws SQLException {
        // given
        source.sql("create table t(id int primary key, v text)");
        source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (31, 'a')",
                "alter table t add w int not null default 5",
                "insert into t values (32, 'b')",
                "alter table t rename v to vv",
                "update t set w = 6 where id = 31",
                "alter table t drop vv",
                "delete from t where id = 31",
                "alter table t alter w type bigint using w * 10",
                "update t set w = 9 where id = 32",
                "commit");

        // then
        assertThat(source.lines(5))
                .containsExactly(
                        "insert x.t key={\"id\":31} {\"id\":31,\"v\":\"a\"}",
                        "insert x.t key={\"id\":32} {\"id\":32,\"v\":\"b\",\"w\":5}",
                        "update x.t key={\"id\":31} {\"id\":31,\"vv\":\"a\",\"w\":6}",
                        "delete x.t key={\"id\":31} {\"id\":31}",
                        "update x.t key={\"id\":32} {\"id\":32,\"w\":9}");
    }

    @Test
    void shouldFollowARename() throws SQLException {
        // given
        source.sql("create table t(id int primary key)");
        source.stream("x.t");

        // when
        source.sql("insert into t values (1)", "alter table t rename to t_ren", "insert into t_ren values (2)");

        // then
        assertThat(source.lines(2))
                .containsExactly("insert x.t key={\"id\":1} {\"id\":1}", "insert x.t_ren key={\"id\":2} {\"id\":2}");
    }

    @Test
    void shouldGiveOneEventPerTruncatedTable() throws SQLException {
        // given
        source.sql("create table t(id int primary key)", "create table u(id int primary key references t)");
        source.stream("x.t", "x.u");

        // when
        source.sql("begin", "truncate t cascade", "insert into t values (1)", "commit", "truncate u restart identity");

        // then
        List<ChangeEvent> events = source.events(4);
        assertThat(EventText.lines(events))
                .containsExactly(
                        "truncate x.t", "truncate x.u", "insert x.t key={\"id\":1} {\"id\":1}", "truncate x.u");
        assertThat(events).extracting(ChangeEvent::barrier).containsExactly(true, true, false, true);
        assertThat(events).extracting(event -> event.position().ordinal()).containsExactly(0L, 1L, 2L, 0L);
    }

    @Test
    void shouldDeliverATableFromWhenItWasAdded() throws SQLException {
        // given
        source.sql("create table t(id int primary key)", "create table late(id int primary key)");
        source.stream("x.t");

        // when
        source.sql(
                "insert into late values (1)",
                "alter publication penstock add table late",
                "insert into late values (2)",
                "drop table late",
                "insert into t values (3)");

        // then
        assertThat(source.lines(2))
                .containsExactly("insert x.late key={\"id\":2} {\"id\":2}", "insert x.t key={\"id\":3} {\"id\":3}");
    }

    @Test
    void shouldDecodeAfterAReconnectWithoutTheOldShapes() throws SQLException {
        // given
        source.sql("create table t(id int primary key, a text)");
        Replicator first = source.stream("x.t");
        source.sql("insert into t values (1, 'x')");
        source.events(1);

        // when
        first.close();
        source.sql("insert into t values (2, 'y')");
        source.start(source.config(), source.log, 2);

        // then
        assertThat(source.lines(2))
                .containsExactly(
                        "insert x.t key={\"id\":1} {\"id\":1,\"a\":\"x\"}",
                        "insert x.t key={\"id\":2} {\"id\":2,\"a\":\"y\"}");
    }
}
