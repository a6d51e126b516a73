package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.Json;
import dev.penstock.cluster.check.History;
import dev.penstock.cluster.check.HistoryChecker;
import dev.penstock.cluster.check.Verdict;
import dev.penstock.cluster.load.Consumer;
import dev.penstock.cluster.load.ConsumerRecord;
import dev.penstock.cluster.load.Ledger;
import dev.penstock.cluster.load.LogReader;
import dev.penstock.cluster.load.Workload;
import dev.penstock.cluster.process.LocalCluster;
import dev.penstock.cluster.process.ManagedProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Kills the leader twice under load, then compares every committed row with every delivered event, and the logs of the
 * nodes with each other. Confined to one thread.
 */
final class FailoverScenario {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(FailoverScenario.class);
    private static final int EXIT_OK = 0;
    private static final int EXIT_CHECK_FAILED = 8;
    private static final int KILLS = 2;
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(20);
    private static final Duration BACK_PATIENCE = Duration.ofSeconds(30);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    /** Six leases: whatever can come back has come back. */
    private static final Duration DRAIN_PATIENCE = DemoRun.VISIBILITY.multipliedBy(6);
    /** After all is acked: anything delivered now is one too many. */
    private static final Duration AFTERMATH = DemoRun.VISIBILITY.plusSeconds(1);

    private static final Duration POLL = Duration.ofMillis(100);

    private final Demo demo;
    private final DemoOptions options;
    private final Screen screen;
    private final PrintStream data;
    private final Ledger ledger = new Ledger(true);
    private final ConsumerRecord record = new ConsumerRecord(true);
    private final List<Consumer> consumers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    FailoverScenario(Demo demo, DemoOptions options, Screen screen, PrintStream data) {
        this.demo = demo;
        this.options = options;
        this.screen = screen;
        this.data = data;
    }

    /** Returns the exit code. */
    int run() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        long begin = System.nanoTime();
        long from = logEnd();
        DemoRun.createGroup(demo.nodes());
        startConsumers();
        String jdbcUrl = demo.parts().postgres().jdbcUrl();
        try (Workload workload = new Workload(jdbcUrl, ledger, options.rate(), seed)) {
            screen.step("load of " + Math.round(options.rate()) + " rows/s on five sessions, seed " + seed);
            workload.start();
            record.startWatch();
            makeTrouble(begin);
            workload.stop(STOP_PATIENCE);
            long silence = drain();
            return conclude(workload, from, silence);
        } finally {
            stopConsumers();
        }
    }

    private void startConsumers() {
        for (int i = 0; i < demo.nodes().size(); i++) {
            Consumer consumer = new Consumer(demo.nodes(), i, DemoRun.GROUP, Duration.ofSeconds(1), ledger, record);
            Thread thread = new Thread(consumer, "penstock-consumer-" + i);
            thread.setDaemon(true);
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

    /** The load runs as long as was asked for; the kills divide it evenly. */
    private void makeTrouble(long begin) throws IOException, InterruptedException {
        Duration duration = options.failover().orElseThrow();
        for (int kill = 1; kill <= KILLS; kill++) {
            sleepUntil(begin + duration.toNanos() * kill / (KILLS + 1));
            killLeader();
        }
        sleepUntil(begin + duration.toNanos());
        screen.step("load ends: " + ledger.committedChanges() + " row changes committed");
    }

    private void killLeader() throws IOException, InterruptedException {
        LocalCluster cluster = demo.parts().cluster();
        cluster.awaitReady(BACK_PATIENCE);
        String leader = leader();
        ManagedProcess process = cluster.process(leader);
        screen.step("SIGKILL to the leader " + leader + " (pid " + process.pid() + ")");
        process.kill();
    }

    private String leader() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            for (BrokerApi node : demo.nodes()) {
                try {
                    String leader = node.cluster().leader();
                    if (!leader.isEmpty()) {
                        return leader;
                    }
                } catch (IOException e) {
                    LOG.debug("{} does not answer: {}", node.url(), e.getMessage());
                }
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        throw new IOException("no leader within " + LEADER_PATIENCE.toSeconds() + " s");
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long remaining = nanos - System.nanoTime();
        if (remaining > 0) {
            TimeUnit.NANOSECONDS.sleep(remaining);
        }
    }

    /** Returns the longest time without an answer, from the start of the load until all was acked. */
    private long drain() throws InterruptedException {
        long deadline = System.nanoTime() + DRAIN_PATIENCE.toNanos();
        while (!ledger.isDrained() && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        long silence = record.longestSilenceMillis();
        if (ledger.isDrained()) {
            screen.step("all delivered and acked");
            TimeUnit.NANOSECONDS.sleep(AFTERMATH.toNanos());
        } else {
            screen.step("not all delivered after " + DRAIN_PATIENCE.toSeconds() + " s; last failure of a consumer: "
                    + record.lastFailure());
        }
        return silence;
    }

    private int conclude(Workload workload, long from, long silence) throws IOException, InterruptedException {
        stopConsumers();
        long end = logEnd();
        screen.step("comparing " + (end - from) + " events of each node");
        List<LogReader.Stretch> logs = new ArrayList<>();
        for (BrokerApi node : demo.nodes()) {
            logs.add(LogReader.read(node, Demo.STREAM, from, end, workload::owns));
        }
        Optional<Long> difference = Optional.empty();
        for (LogReader.Stretch log : logs) {
            difference = difference.or(() -> log.firstDifference(logs.get(0)));
        }
        History history =
                new History(ledger.transactions(), logs.get(0).entries(), record.deliveries(), record.settlements());
        Verdict verdict = new HistoryChecker(history).check(DemoRun.VISIBILITY.toNanos());
        verdict.examples().forEach(screen::text);
        difference.ifPresent(offset -> screen.text("the nodes' logs differ at offset " + offset));
        report(verdict, difference.isEmpty(), end - from, silence);
        return verdict.clean() && difference.isEmpty() ? EXIT_OK : EXIT_CHECK_FAILED;
    }

    private void report(Verdict verdict, boolean equal, long events, long silence) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("scenario", "failover");
        result.put("committed", verdict.committed());
        result.put("delivered", verdict.delivered());
        result.put("lost", verdict.lost());
        result.put("redelivered", verdict.redelivered());
        result.put("duplicated", verdict.duplicated());
        result.put("out_of_order", verdict.outOfOrder());
        result.put("unavailable_ms", silence);
        result.put("kills", KILLS);
        result.put("log_events", events);
        result.put("logs_equal", equal);
        result.put("torn", verdict.torn());
        result.put("phantom", verdict.phantom());
        result.put("overlapping", verdict.overlapping());
        String line = Json.line(result);
        if (options.json()) {
            data.println(line);
            data.flush();
        } else {
            screen.text(line);
        }
    }

    /** The offset after the last event, by the node that holds most. */
    private long logEnd() throws IOException, InterruptedException {
        IOException failure = new IOException("no node answered");
        for (BrokerApi node : demo.nodes()) {
            try {
                return node.cluster().logEndOffset();
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }
}
