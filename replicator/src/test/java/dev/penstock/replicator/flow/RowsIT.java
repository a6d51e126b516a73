package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

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
}
