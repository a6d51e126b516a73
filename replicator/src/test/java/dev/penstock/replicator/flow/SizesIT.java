package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.SourceState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows and transactions of any size: through, or a stop that names them; never skipped, never cut. */
@ExtendWith(SharedPostgres.class)
class SizesIT {

    private SourceHarness source;

    @BeforeEach
    void open(EmbeddedPostgres postgres) throws SQLException {
        source = new SourceHarness(postgres);
        source.sql("create table t(id int primary key, a text)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    @Test
    void shouldCarryARowOfTenMegabytesAlone() throws SQLException {
        // given
        source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (1, 'small')",
                "insert into t values (2, repeat('0123456789', 1000000))",
                "insert into t values (3, 'small')",
                "commit");

        // then
        List<String> lines = source.lines(3);
        assertThat(lines.get(1))
                .isEqualTo("insert x.t key={\"id\":2} {\"id\":2,\"a\":\"" + "0123456789".repeat(1_000_000) + "\"}");
        EventBatch large = source.log.batches().stream()
                .filter(batch -> batch.bodies().length > 10_000_000)
                .findFirst()
                .orElseThrow();
        assertThat(large.size()).isEqualTo(1);
    }

    @Test
    void shouldStopAtARowThatIsTooLargeAndStayThere() throws SQLException {
        // given
        Replicator replicator = source.stream("x.t");

        // when
        source.sql(
                "begin",
                "insert into t values (1, 'before')",
                "insert into t values (2, repeat('x', 17000000))",
                "insert into t values (3, 'after')",
                "commit",
                "insert into t values (4, 'later')");

        // then: what precedes it is stored, it is named, and nothing after it passes
        SourceStatus status = SourceHarness.awaitCode(replicator, "event_too_large");
        assertThat(status.state()).isEqualTo(SourceStatus.State.STOPPED);
        assertThat(source.lines(1)).containsExactly("insert x.t key={\"id\":1} {\"id\":1,\"a\":\"before\"}");
        SourceState state = source.log.state().orElseThrow();
        assertThat(status.detail())
                .contains("x.t")
                .contains(state.last().commitLsn().toString());
        assertThat(state.lastInTransaction()).isFalse();

        // and: again at the same place for the next leader
        replicator.close();
        Replicator next = source.launch(source.config(), source.log, 2);
        SourceHarness.awaitCode(next, "event_too_large");
        assertThat(source.log.eventCount()).isEqualTo(1);
        assertThat(source.log.state().orElseThrow().phase()).isEqualTo(SourceState.Phase.READY);
    }

    /** The driver would need one array for it, more than a node's heap can give: every leader would end by it. */
    @Test
    void shouldStopAtARowThatIsTooLargeForMemoryWithoutTakingIt() throws SQLException {
        // given
        source.sql("create table b(id int primary key, d bytea)");
        Replicator replicator = source.stream("x.t, x.b");
        source.sql("insert into b values (0, 'x')");
        source.events(1);
        Thread reader = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("penstock-source-main"))
                .findFirst()
                .orElseThrow();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(reader.getId());

        // when: 130 MB, which come as 260 MB of text
        source.sql(
                "begin",
                "insert into t values (1, 'before')",
                "insert into b values (2, convert_to(repeat('x', 130000000), 'UTF8'))",
                "commit");

        // then: named, and what precedes it is stored
        SourceStatus status = SourceHarness.awaitCode(replicator, "event_too_large");
        assertThat(status.state()).isEqualTo(SourceStatus.State.STOPPED);
        assertThat(threads.getThreadAllocatedBytes(reader.getId()) - before).isLessThan(8 << 20);
        assertThat(source.lines(2).get(1)).isEqualTo("insert x.t key={\"id\":1} {\"id\":1,\"a\":\"before\"}");
        assertThat(status.detail())
                .startsWith("a change of table x.b, in the transaction committed at "
                        + source.log.state().orElseThrow().last().commitLsn() + " (event 1), is 2600000");
    }

    @Test
    void shouldCarryALargeTransactionInBoundedMemory() throws SQLException {
        // given
        int rows = 300_000;
        source.sql("create publication penstock for table t");
        FakeSourceLog counting = FakeSourceLog.counting("main");
        source.start(source.config(), counting, 1);
        long before = usedAfterCollection();

        // when
        source.sql("insert into t select g, repeat('x', 100) from generate_series(1, " + rows + ") g");
        long[] most = {0};
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    most[0] = Math.max(most[0], usedAfterCollection());
                    return counting.eventCount() == rows;
                });

        // then: 60 MB passed, a fraction of it was held at any time
        SourceState state = counting.state().orElseThrow();
        assertThat(state.last().ordinal()).isEqualTo(rows - 1);
        assertThat(state.lastInTransaction()).isTrue();
        assertThat(most[0] - before).isLessThan(24L << 20);
    }

    private static long usedAfterCollection() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
