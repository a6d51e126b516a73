package dev.penstock.replicator.flow;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/**
 * Rows per second of the whole replicator into a log that only counts, against a bare {@code readPending} loop that drops
 * what it reads, on equal slots over the same WAL. Run by hand: it is a program, not a test.
 */
public final class ReplicatorBenchmark {

    private static final int ROWS = 300_000;

    private ReplicatorBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (EmbeddedPostgres postgres = SharedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("max_wal_size", "4GB")
                .start()) {
            String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
            try (Connection connection = DriverManager.getConnection(url, "postgres", "");
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "create table t(id bigint primary key, customer int, status text, amount numeric(12,2),"
                                + " note text, at timestamptz default now())");
                statement.execute("create publication penstock for table t");
                for (int round = 0; round < 6; round++) {
                    int perTransaction = round % 2 == 0 ? ROWS : 100;
                    round(url, statement, round, perTransaction);
                }
            }
        }
    }

    private static void round(String url, Statement statement, int round, int perTransaction) throws Exception {
        String bare = "bare_" + round;
        String whole = "whole_" + round;
        statement.execute("select pg_create_logical_replication_slot('" + bare + "', 'pgoutput')");
        FakeSourceLog log = FakeSourceLog.counting("main");
        log.intent("postgres", whole, "penstock").get();
        statement.execute("select pg_create_logical_replication_slot('" + whole + "', 'pgoutput')");
        statement.execute("truncate t");
        statement.execute("do $$ begin for i in 0.." + (ROWS / perTransaction - 1) + " loop insert into t"
                + " select i * " + perTransaction + " + g, g % 1000, 'paid', g * 1.25, repeat('n', 60)"
                + " from generate_series(1, " + perTransaction + ") g; commit; end loop; end $$");
        double bareRate = drain(url, bare);
        double wholeRate = replicate(url, whole, log);
        System.out.printf(
                "%,d rows per transaction: bare readPending %,.0f rows/s, replicator %,.0f rows/s, ratio %.2f%n",
                perTransaction, bareRate, wholeRate, wholeRate / bareRate);
        statement.execute("select pg_drop_replication_slot('" + bare + "')");
    }

    private static double drain(String url, String slot) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, "postgres");
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot)
                    .withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", "penstock")
                    .withSlotOption("messages", "true")
                    .withAutomaticFlush(false)
                    .start();
            long began = System.nanoTime();
            int rows = 0;
            while (rows < ROWS) {
                ByteBuffer message = stream.readPending();
                if (message == null) {
                    LockSupport.parkNanos(100_000);
                } else if (message.get() == 'I') {
                    rows++;
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            connection.abort(Runnable::run);
            return ROWS / seconds;
        }
    }

    private static double replicate(String url, String slot, FakeSourceLog log) {
        SourceConfig config = new SourceConfig(
                "main",
                url,
                "postgres",
                () -> "",
                slot,
                "penstock",
                List.of(),
                "cluster",
                "n1",
                SourceConfig.Limits.defaults());
        try (Replicator replicator = new Replicator(config, log, 1)) {
            replicator.start();
            SourceHarness.awaitState(replicator, SourceStatus.State.STREAMING);
            long began = System.nanoTime();
            while (log.eventCount() < ROWS) {
                LockSupport.parkNanos(1_000_000);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf("  replicator thread: %.2f microseconds of CPU per row%n", cpuNanos() / 1e3 / ROWS);
            return ROWS / seconds;
        }
    }

    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().equals("penstock-source-main")) {
                return threads.getThreadCpuTime(id);
            }
        }
        return 0;
    }
}
