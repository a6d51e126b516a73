package dev.penstock.cluster.rig;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.HttpBrokerApi;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.PostgresServer;
import dev.penstock.cluster.process.BrokerProgram;
import dev.penstock.cluster.process.ClusterPlan;
import dev.penstock.cluster.process.LocalCluster;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.NodeSpec;
import dev.penstock.cluster.process.Watchdog;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Nodes, their files and their database objects, below one directory. Confined to one thread. */
public final class ClusterRig implements AutoCloseable {
    public static final String STREAM = "main";
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(ClusterRig.class);
    private static final Duration READY_PATIENCE = Duration.ofMinutes(2);
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Settings settings;
    private final ClusterPlan plan;
    private final LocalCluster cluster;
    private final List<BrokerApi> nodes;
    private final Readiness readiness;
    private final String password;

    /**
     * How a rig is built.
     *
     * @param ports HTTP and Raft port of each node, in turn
     * @param tables published
     * @param createStatements make the tables where they do not exist
     * @param extra further lines of each node's configuration
     * @param restarts start a dead node again
     */
    public record Settings(
            Path directory,
            PostgresServer postgres,
            DemoDatabase.Names names,
            List<Integer> ports,
            List<String> tables,
            List<String> createStatements,
            List<String> extra,
            boolean restarts) {}

    private ClusterRig(Settings settings, ClusterPlan plan, Watchdog watchdog, String password) {
        this.settings = settings;
        this.plan = plan;
        this.password = password;
        this.nodes = new ArrayList<>();
        for (NodeSpec spec : plan.nodes()) {
            nodes.add(new HttpBrokerApi(spec.http(), plan.key().token()));
        }
        this.readiness = new Readiness(plan.nodes(), nodes);
        this.cluster = new LocalCluster(plan.nodes(), watchdog, readiness::isReady, settings.restarts(), () -> {});
    }

    /** Writes configuration files and prepares the database; starts nothing. */
    public static ClusterRig prepare(Settings settings, Watchdog watchdog)
            throws IOException, SQLException, DemoDatabase.UnusableException {
        String password = secret();
        new DemoDatabase(settings.postgres(), settings.names())
                .prepare(password, settings.tables(), settings.createStatements());
        List<NodeSpec> specs = new ArrayList<>();
        for (int i = 0; i < settings.ports().size() / 2; i++) {
            String id = "n" + (i + 1);
            specs.add(ClusterPlan.node(
                    id,
                    settings.ports().get(2 * i),
                    settings.ports().get(2 * i + 1),
                    settings.directory().resolve(id),
                    BrokerProgram.command()));
        }
        DemoDatabase.Names names = settings.names();
        ClusterPlan.Source source = new ClusterPlan.Source(
                STREAM, settings.postgres().urlFor(names.role()), password, names.slot(), names.publication());
        ClusterPlan plan = new ClusterPlan(
                "rig-" + secret().substring(0, 12),
                secret(),
                secret(),
                source,
                new ClusterPlan.Key("RIG" + secret().substring(0, 12), secret()),
                specs,
                settings.extra());
        plan.write();
        return new ClusterRig(settings, plan, watchdog, password);
    }

    private static String secret() {
        return UUID.randomUUID().toString().replace("-", "")
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Starts all nodes that do not run; returns when all are ready and changes flow. */
    public void start() throws IOException, InterruptedException {
        cluster.startAll();
        awaitReady();
    }

    public void awaitReady() throws InterruptedException {
        cluster.awaitReady(READY_PATIENCE);
        readiness.awaitSource(READY_PATIENCE);
    }

    public LocalCluster cluster() {
        return cluster;
    }

    /** One for each node, in the order of the nodes. */
    public List<BrokerApi> nodes() {
        return List.copyOf(nodes);
    }

    public BrokerApi node(String id) {
        return nodes.get(cluster.specs().indexOf(cluster.spec(id)));
    }

    public ClusterPlan plan() {
        return plan;
    }

    public PostgresServer postgres() {
        return settings.postgres();
    }

    public DemoDatabase.Names names() {
        return settings.names();
    }

    /** Of the nodes' role in Postgres. */
    public String password() {
        return password;
    }

    /** Id of the node that leads, by the first node that knows one which runs. */
    public String leader() throws InterruptedException {
        long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            for (BrokerApi node : nodes) {
                try {
                    String leader = node.cluster().leader();
                    if (!leader.isEmpty() && cluster.process(leader).isAlive()) {
                        return leader;
                    }
                } catch (IOException e) {
                    LOG.debug("{} does not answer: {}", node.url(), e.getMessage());
                }
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        throw new IllegalStateException("no leader within " + LEADER_PATIENCE.toSeconds() + " s");
    }

    /** The ids of the nodes that do not lead. */
    public List<String> followers() throws InterruptedException {
        String leader = leader();
        return plan.nodes().stream()
                .map(NodeSpec::id)
                .filter(id -> !id.equals(leader))
                .toList();
    }

    public ManagedProcess process(String id) {
        return cluster.process(id);
    }

    /** The offset after the last event, by the node that holds most; asks until one answers. */
    public long logEnd() throws InterruptedException {
        long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            for (BrokerApi node : nodes) {
                try {
                    return node.cluster().logEndOffset();
                } catch (IOException e) {
                    LOG.debug("{} does not answer: {}", node.url(), e.getMessage());
                }
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        throw new IllegalStateException("no node answered within " + LEADER_PATIENCE.toSeconds() + " s");
    }

    /** Waits until the log ends at {@code offset} or beyond. */
    public void awaitLogEnd(long offset, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long end = logEnd();
        while (end < offset) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the log ends at " + end + " after " + patience.toSeconds() + " s, expected " + offset);
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            end = logEnd();
        }
    }

    /** Ends the nodes, then takes away what they have in the database. */
    @Override
    public void close() {
        cluster.close();
        try {
            new DemoDatabase(settings.postgres(), settings.names()).remove(List.of(), List.of());
        } catch (SQLException e) {
            LOG.warn("the cluster's objects in Postgres are left: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
