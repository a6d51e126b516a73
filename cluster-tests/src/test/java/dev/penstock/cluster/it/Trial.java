package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.History;
import dev.penstock.cluster.check.HistoryChecker;
import dev.penstock.cluster.check.LogEntry;
import dev.penstock.cluster.check.Verdict;
import dev.penstock.cluster.load.Consumer;
import dev.penstock.cluster.load.ConsumerRecord;
import dev.penstock.cluster.load.Ledger;
import dev.penstock.cluster.load.LogReader;
import dev.penstock.cluster.load.Workload;
import dev.penstock.cluster.rig.ClusterRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Load and consumers round a fault, and all the checks after it: each node's log is the same, holds what Postgres committed,
 * once, in commit order; all of it was delivered and acked, nothing again after its ack. Confined to one thread.
 */
final class Trial {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Trial.class);
    private static final AtomicInteger COUNTER = new AtomicInteger();
    static final Duration VISIBILITY = Duration.ofSeconds(5);
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);
    private static final double ROWS_PER_SECOND = 600;

    private final ClusterRig rig;
    private final TestPostgres postgres;
    private final Ledger ledger = new Ledger(true);
    private final ConsumerRecord record = new ConsumerRecord(true);
    private final List<Consumer> consumers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** What happens while the load runs. */
    interface Fault {
        void strike() throws Exception;
    }

    Trial(ClusterRig rig, TestPostgres postgres) {
        this.rig = rig;
        this.postgres = postgres;
    }

    /** Runs load, the fault in its midst, and all checks. Returns the longest time without an answered receive, ms. */
    long run(Fault fault) throws Exception {
        int number = COUNTER.incrementAndGet();
        long seed = System.nanoTime();
        LOG.info("trial {} with seed {}", number, seed);
        String group = "trial-" + number;
        long from = rig.logEnd();
        createGroup(rig, group, "latest", VISIBILITY);
        try (OracleSlot oracle = OracleSlot.create(postgres, "oracle_" + number);
                Workload workload = new Workload(rig.postgres().jdbcUrl(), ledger, ROWS_PER_SECOND, seed)) {
            startConsumers(group);
            workload.start();
            record.startWatch();
            awaitMore(800);
            fault.strike();
            awaitMore(800);
            workload.stop(STOP_PATIENCE);
            awaitDrained();
            long silence = record.longestSilenceMillis();
            stopConsumers();
            check(workload, oracle, from);
            LOG.info(
                    "trial {}: {} changes, {} redelivered, {} ms without an answer",
                    number,
                    ledger.committedChanges(),
                    record.redelivered(),
                    silence);
            return silence;
        } finally {
            stopConsumers();
        }
    }

    private void awaitDrained() throws InterruptedException {
        try {
            Awaitility.await().atMost(DRAIN_PATIENCE).until(ledger::isDrained);
        } catch (ConditionTimeoutException e) {
            long open = ledger.committedChanges() - ledger.deliveredChanges();
            throw new AssertionError(
                    open + " of " + ledger.committedChanges() + " changes were not delivered and acked within "
                            + DRAIN_PATIENCE.toSeconds() + " s, such as " + ledger.outstanding()
                            + "; last failure of a consumer: " + record.lastFailure() + "; the log ends at "
                            + rig.logEnd(),
                    e);
        }
    }

    /** Lets the load go on for some more changes. */
    void awaitMore(long changes) {
        long goal = ledger.committedChanges() + changes;
        Awaitility.await("load").atMost(Duration.ofSeconds(60)).until(() -> ledger.committedChanges() >= goal);
    }

    static void createGroup(ClusterRig rig, String group, String start, Duration visibility) {
        Awaitility.await("group " + group)
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(java.io.IOException.class)
                .until(() -> {
                    rig.nodes().get(0).createGroup(group, ClusterRig.STREAM, start, visibility);
                    return true;
                });
    }

    private void startConsumers(String group) {
        for (int i = 0; i < rig.nodes().size(); i++) {
            Consumer consumer = new Consumer(rig.nodes(), i, group, Duration.ofSeconds(1), ledger, record);
            Thread thread = new Thread(consumer, "trial-consumer-" + i);
            thread.start();
            consumers.add(consumer);
            threads.add(thread);
        }
    }

    private void stopConsumers() throws InterruptedException {
        consumers.forEach(Consumer::stop);
        for (Thread thread : threads) {
            thread.join(STOP_PATIENCE.toMillis());
        }
    }

    private void check(Workload workload, OracleSlot oracle, long from) throws Exception {
        rig.awaitReady();
        long end = rig.logEnd();
        List<LogReader.Stretch> logs = new ArrayList<>();
        for (BrokerApi node : rig.nodes()) {
            logs.add(LogReader.read(node, ClusterRig.STREAM, from, end, workload::owns));
        }
        for (LogReader.Stretch log : logs) {
            assertThat(log.firstDifference(logs.get(0)))
                    .as("the nodes' logs are the same")
                    .isEmpty();
        }
        List<Change> inLog =
                logs.get(0).entries().stream().map(LogEntry::change).toList();
        List<Change> committed = oracle.take().stream().filter(workload::owns).toList();
        assertThat(inLog.size())
                .as("events in the log, and rows decoded by Postgres")
                .isEqualTo(committed.size());
        for (int i = 0; i < committed.size(); i++) {
            assertThat(inLog.get(i)).as("change %d in commit order", i).isEqualTo(committed.get(i));
        }
        History history =
                new History(ledger.transactions(), logs.get(0).entries(), record.deliveries(), record.settlements());
        Verdict verdict = new HistoryChecker(history).check(VISIBILITY.toNanos());
        assertThat(verdict.clean()).as("%s", verdict).isTrue();
        assertThat(verdict.committed()).isEqualTo(committed.size());
    }
}
