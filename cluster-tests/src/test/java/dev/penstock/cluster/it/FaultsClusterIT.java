package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.rig.ClusterRig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Processes die under load; after each death everything that was promised still holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsClusterIT {
    /** Fail-over takes a leader's silence of up to two seconds, an election, and the slot's take-over. */
    private static final long UNAVAILABLE_MILLIS = 10_000;

    private TestPostgres postgres;
    private TestCluster cluster;

    @BeforeAll
    void startCluster() throws Exception {
        postgres = TestPostgres.embedded(Map.of());
        cluster = TestCluster.start(postgres);
    }

    @AfterAll
    void stopCluster() throws Exception {
        cluster.close();
        postgres.close();
    }

    @BeforeEach
    void healthy() throws Exception {
        rig().start();
    }

    private ClusterRig rig() {
        return cluster.rig();
    }

    private void restart(String id) throws Exception {
        rig().cluster().start(rig().cluster().spec(id), List.of());
    }

    /**
     * Promise 1: Nothing committed is lost.
     *
     * <p>Promise 9: Any one node may fail.
     */
    @Test
    void shouldLoseNothingWhenTheLeaderIsKilled() throws Exception {
        long silence = new Trial(rig(), postgres).run(() -> {
            String leader = rig().leader();
            rig().process(leader).kill();
            assertThat(rig().leader()).isNotEqualTo(leader);
            restart(leader);
        });

        assertThat(silence).isLessThan(UNAVAILABLE_MILLIS);
    }

    /** Promise 9: Any one node may fail. */
    @Test
    void shouldNotNoticeWhenAFollowerIsKilled() throws Exception {
        new Trial(rig(), postgres).run(() -> {
            String leader = rig().leader();
            String follower = rig().followers().get(0);
            rig().process(follower).kill();
            assertThat(rig().leader()).isEqualTo(leader);
            restart(follower);
        });
    }

    /** Promise 1: Nothing committed is lost. */
    @Test
    void shouldLoseNothingWhenAllNodesAreKilledAtOnce() throws Exception {
        new Trial(rig(), postgres).run(() -> {
            for (NodeSpec spec : rig().cluster().specs()) {
                rig().process(spec.id()).destroy();
            }
            for (NodeSpec spec : rig().cluster().specs()) {
                rig().process(spec.id()).kill();
            }
            rig().cluster().startAll();
        });
    }

    /** Promise 1: Nothing committed is lost. */
    @Test
    void shouldLoseNothingWhenPostgresIsKilled() throws Exception {
        Trial trial = new Trial(rig(), postgres);
        trial.run(() -> {
            postgres.embedded().kill();
            postgres.embedded().start();
        });
    }

    /**
     * A leader that hangs is no leader; when it wakes up it finds that out before it does harm.
     *
     * <p>Promise 2: Each change is stored exactly once, in commit order.
     */
    @Test
    void shouldLoseNothingWhenTheLeaderFreezes() throws Exception {
        Trial trial = new Trial(rig(), postgres);
        trial.run(() -> {
            String leader = rig().leader();
            // Known before: a frozen node answers nobody who asks for the followers afterwards.
            String other = rig().followers().get(0);
            rig().process(leader).signal("STOP");
            try {
                Awaitility.await("another leader")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> {
                            String seen = rig().node(other).cluster().leader();
                            return !seen.isEmpty() && !seen.equals(leader);
                        });
                trial.awaitMore(500);
            } finally {
                rig().process(leader).signal("CONT");
            }
        });
    }

    /** Promise 3: Postgres is told "flushed" only for what a quorum holds on disk. */
    @Test
    void shouldConfirmNothingThatNoQuorumHolds() throws Exception {
        Rows.insert(rig(), postgres, 100);
        List<String> followers = rig().followers();
        for (String follower : followers) {
            rig().process(follower).kill();
        }
        String before = postgres.query("select pg_current_wal_lsn()").get(0);
        postgres.execute("insert into orders (status) select 'alone' from generate_series(1, 100)");

        // Long enough for the leader to have read the rows, and for a status to be sent many times over.
        Awaitility.await()
                .during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(10))
                .until(() -> confirmedIs("<= '" + before + "'"));
        long end = rig().logEnd();
        rig().start();
        rig().awaitLogEnd(end + 100, Duration.ofSeconds(30));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> confirmedIs("> '" + before + "'"));
    }

    private boolean confirmedIs(String comparison) throws SQLException {
        String sql = "select confirmed_flush_lsn " + comparison + " from pg_replication_slots where slot_name = '"
                + rig().names().slot() + "'";
        return postgres.query(sql).equals(List.of("t"));
    }
}
