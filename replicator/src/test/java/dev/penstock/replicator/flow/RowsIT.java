package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What one change becomes, from SQL to event, under each replica identity. */
@ExtendWith(SharedPostgres.class)
class RowsIT {

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
    void shouldNumberTheEventsOfATransaction() throws SQLException {
        // given
        source.sql("create table t(id int primary key, a text)");
        source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (1, 'x'), (2, null)",
                "update t set a = 'y' where id = 1",
                "delete from t where id = 1",
                "commit");

        // then
        assertThat(source.lines(4))
                .containsExactly(
                        "insert x.t key={\"id\":1} {\"id\":1,\"a\":\"x\"}",
                        "insert x.t key={\"id\":2} {\"id\":2,\"a\":null}",
                        "update x.t key={\"id\":1} {\"id\":1,\"a\":\"y\"}",
                        "delete x.t key={\"id\":1} {\"id\":1}");
        List<ChangeEvent> events = source.log.events();
        assertThat(events).extracting(event -> event.position().ordinal()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(events)
                .extracting(event -> event.position().commitLsn())
                .containsOnly(events.get(0).position().commitLsn());
        assertThat(events.get(0).keyHash())
                .isNotZero()
                .isEqualTo(events.get(2).keyHash())
                .isEqualTo(events.get(3).keyHash())
                .isNotEqualTo(events.get(1).keyHash());
        List<EventBatch> batches = source.log.batches();
        assertThat(batches.get(batches.size() - 1).header().lastInTransaction()).isTrue();
    }

    @Test
    void shouldReportAnUpdateThatChangesNothing() throws SQLException {
        // given
        source.sql("create table t(id int primary key, a text)", "insert into t values (1, 'x')");
        source.stream("x.t");

        // when
        source.sql("update t set a = a");

        // then
        assertThat(source.lines(1)).containsExactly("update x.t key={\"id\":1} {\"id\":1,\"a\":\"x\"}");
    }

    @Test
    void shouldShowOldValuesUnderFullIdentity() throws SQLException {
        // given
        source.sql(
                "create table t(id int primary key, a text, b int)",
                "alter table t replica identity full",
                "create table keyless(a text)",
                "alter table keyless replica identity full");
        source.stream("x.t", "x.keyless");

        // when
        source.sql(
                "insert into t values (1, 'x', 7)",
                "update t set a = 'y'",
                "update t set id = 2",
                "delete from t",
                "insert into keyless values ('p')",
                "update keyless set a = null",
                "delete from keyless");

        // then
        assertThat(source.lines(7))
                .containsExactly(
                        "insert x.t key={\"id\":1} {\"id\":1,\"a\":\"x\",\"b\":7}",
                        "update x.t key={\"id\":1} {\"id\":1,\"a\":\"y\",\"b\":7} was={\"a\":\"x\"}",
                        "update x.t key={\"id\":2} {\"id\":2,\"a\":\"y\",\"b\":7} was={\"id\":1}",
                        "delete x.t key={\"id\":2} {\"id\":2,\"a\":\"y\",\"b\":7}",
                        "insert x.keyless {\"a\":\"p\"}",
                        "update x.keyless {\"a\":null} was={\"a\":\"p\"}",
                        "delete x.keyless {\"a\":null}");
        List<ChangeEvent> events = source.log.events();
        assertThat(events.get(2).oldKeyHash())
                .isEqualTo(events.get(1).keyHash())
                .isNotEqualTo(events.get(2).keyHash());
        assertThat(events.get(4).keyHash()).isZero();
    }

    @Test
    void shouldGoOnWhereATableHasNoIdentity() throws SQLException {
        // given
        source.sql(
                "create table keyless(a int)",
                "create table nothing(id int primary key)",
                "alter table nothing replica identity nothing",
                "create table late(id int primary key deferrable, a int)");
        source.stream("x.keyless", "x.nothing", "x.late");

        // when
        source.sql(
                "insert into keyless values (1)", "insert into nothing values (2)", "insert into late values (3, 4)");
        assertThatThrownBy(() -> source.sql("update keyless set a = 2")).hasMessageContaining("replica identity");
        assertThatThrownBy(() -> source.sql("delete from nothing")).hasMessageContaining("replica identity");
        source.sql("insert into keyless values (5)");

        // then
        assertThat(source.lines(4))
                .containsExactly(
                        "insert x.keyless {\"a\":1}",
                        "insert x.nothing key={\"id\":2} {\"id\":2}",
                        "insert x.late key={\"id\":3} {\"id\":3,\"a\":4}",
                        "insert x.keyless {\"a\":5}");
    }

    @Test
    void shouldFollowRowsByTheirIdentityIndex() throws SQLException {
        // given
        source.sql(
                "create table t(id int primary key, a text not null)",
                "create unique index t_a on t(a)",
                "alter table t replica identity using index t_a");
        source.stream("x.t");

        // when
        source.sql("insert into t values (1, 'a')", "update t set id = 2", "update t set a = 'b'", "delete from t");

        // then
        assertThat(source.lines(4))
                .containsExactly(
                        "insert x.t key={\"id\":1} {\"id\":1,\"a\":\"a\"}",
                        "update x.t key={\"id\":2} {\"id\":2,\"a\":\"a\"}",
                        "update x.t key={\"id\":2} {\"id\":2,\"a\":\"b\"} was={\"a\":\"a\"}",
                        "delete x.t key={\"a\":\"b\"} {\"a\":\"b\"}");
        List<ChangeEvent> events = source.log.events();
        assertThat(events.get(1).keyHash()).isEqualTo(events.get(0).keyHash());
        assertThat(events.get(2).oldKeyHash()).isEqualTo(events.get(1).keyHash());
        assertThat(events.get(3).keyHash()).isEqualTo(events.get(2).keyHash());
    }

    @Test
    void shouldShowTheKeyInItsOwnOrderAndItsChange() throws SQLException {
        // given
        source.sql("create table t(a int, b int, c int, primary key (b, a))");
        source.stream("x.t");

        // when
        source.sql("insert into t values (1, 2, 3)", "update t set a = 9", "delete from t");

        // then
        assertThat(source.lines(3))
                .containsExactly(
                        "insert x.t key={\"b\":2,\"a\":1} {\"a\":1,\"b\":2,\"c\":3}",
                        "update x.t key={\"b\":2,\"a\":9} {\"a\":9,\"b\":2,\"c\":3} was={\"a\":1}",
                        "delete x.t key={\"b\":2,\"a\":9} {\"a\":9,\"b\":2}");
    }

    @Test
    void shouldListUnchangedToast() throws SQLException {
        // given
        source.sql(
                "create table t(id int primary key, a text, big text)",
                "alter table t alter big set storage external",
                "create table f(id int primary key, a text, big text)",
                "alter table f alter big set storage external",
                "alter table f replica identity full");
        source.stream("x.t", "x.f");

        // when
        source.sql(
                "insert into t values (1, 'x', repeat('0123456789', 500))",
                "update t set a = 'y'",
                "delete from t",
                "insert into f values (1, 'x', repeat('0123456789', 500))",
                "update f set a = 'y'");

        // then
        String big = "0123456789".repeat(500);
        List<String> lines = source.lines(5);
        assertThat(lines.subList(1, 3))
                .containsExactly(
                        "update x.t key={\"id\":1} {\"id\":1,\"a\":\"y\"} unchanged=[\"big\"]",
                        "delete x.t key={\"id\":1} {\"id\":1}");
        assertThat(lines.get(4))
                .isEqualTo(
                        "update x.f key={\"id\":1} {\"id\":1,\"a\":\"y\",\"big\":\"" + big + "\"} was={\"a\":\"x\"}");
    }

    @Test
    void shouldSendCompressedValuesWhole() throws SQLException {
        // given
        source.sql("create table t(id int primary key, a text, packed text)");
        source.stream("x.t");

        // when
        source.sql("insert into t values (1, 'x', repeat('a', 5000))", "update t set a = 'y'");

        // then
        assertThat(source.lines(2).get(1))
                .contains("\"packed\":\"" + "a".repeat(5000))
                .doesNotContain("unchanged");
    }

    @Test
    void shouldFillAToastedKeyFromTheOldOne() throws SQLException {
        // given
        source.sql("create table t(k text primary key, a int)", "alter table t alter k set storage external");
        source.stream("x.t");

        // when: 2500 bytes are stored outside the row, and the key's index still takes them
        source.sql("insert into t values (repeat('k', 2500), 1)", "update t set a = 2");

        // then
        String key = "{\"k\":\"" + "k".repeat(2500) + "\"";
        assertThat(source.lines(2).get(1)).isEqualTo("update x.t key=" + key + "} " + key + ",\"a\":2}");
    }

    @Test
    void shouldTakeAnyNames() throws SQLException {
        // given
        String table = "\"We\"\"ird.tä ble\"";
        source.sql(
                "create schema \"S p.ä\"\"c\"",
                "create table \"S p.ä\"\"c\"." + table + "(\"Id\" int primary key, id int, \"c \"\"q.'\\é😀\" text, \""
                        + "é".repeat(31) + "\" int)");
        source.stream("\"S p.ä\"\"c\"." + table);

        // when
        source.sql("insert into \"S p.ä\"\"c\"." + table + " values (1, 2, 'v', 3)");

        // then
        assertThat(source.lines(1))
                .containsExactly("insert S p.ä\"c.We\"ird.tä ble key={\"Id\":1} {\"Id\":1,\"id\":2,"
                        + "\"c \\\"q.'\\\\é😀\":\"v\",\"" + "é".repeat(31) + "\":3}");
    }
}
