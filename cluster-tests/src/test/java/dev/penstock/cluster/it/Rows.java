package dev.penstock.cluster.it;

import dev.penstock.cluster.rig.ClusterRig;
import java.sql.SQLException;
import java.time.Duration;

/** Rows written by hand into {@code orders}. */
final class Rows {
    private Rows() {}

    /** One transaction; returns the offset of its first event when all of them are in the log. */
    static long insert(ClusterRig rig, TestPostgres postgres, int count) throws SQLException, InterruptedException {
        long from = rig.logEnd();
        postgres.execute(
                "insert into orders (status, note) select 'new', 'row ' || n from generate_series(1, " + count + ") n");
        rig.awaitLogEnd(from + count, Duration.ofSeconds(60));
        return from;
    }

    /** About two kilobytes each, which compress to half of that: to fill the Raft log. */
    static void insertLarge(ClusterRig rig, TestPostgres postgres, int count)
            throws SQLException, InterruptedException {
        long from = rig.logEnd();
        postgres.execute("insert into orders (status, note) select 'large', (select string_agg(md5(n::text || k ||"
                + " random()), '') from generate_series(1, 64) k) from generate_series(1, " + count + ") n");
        rig.awaitLogEnd(from + count, Duration.ofSeconds(60));
    }
}
