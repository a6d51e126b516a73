package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.load.Consumer;
import dev.penstock.cluster.load.ConsumerRecord;
import dev.penstock.cluster.load.Ledger;
import dev.penstock.cluster.load.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Runs one demo from start to end. Confined to one thread. */
public final class DemoRun {
    static final String GROUP = "demo-workers";
    /** Short, so that what a dying node was about to hand out comes back soon. */
    static final Duration VISIBILITY = Duration.ofSeconds(10);

    private static final int EXIT_OK = 0;
    private static final int EXIT_FAILURE = 1;

    private final DemoOptions options;
    private final PrintStream data;
    private final Screen screen;

    /**
     * @param data where a scenario's result goes
     * @param talk where all else goes
     */
    public DemoRun(DemoOptions options, PrintStream data, PrintStream talk) {
        this.options = options;
        this.data = data;
        this.screen = new Screen(talk, Screen.isTerminal() && !options.json());
    }

    /** Returns the exit code. */
    public int run() {
        Ending ending = new Ending();
        ending.install();
        try (Demo demo = new Demo(options, screen)) {
            demo.start();
            if (options.failover().isPresent()) {
                return new FailoverScenario(demo, options, screen, data).run();
            }
            return show(demo, ending);
        } catch (InterruptedException e) {
            return EXIT_OK; // asked to end
        } catch (Demo.StoppedException e) {
            screen.text("penstock demo: " + e.getMessage());
            return EXIT_FAILURE;
        } catch (IOException | SQLException | IllegalStateException e) {
            screen.text("penstock demo: " + e.getMessage());
            return EXIT_FAILURE;
        } finally {
            ending.ended();
        }
    }

    private int show(Demo demo, Ending ending) throws IOException, InterruptedException {
        screen.text(Banner.text(demo, options, screen.elapsedSeconds()));
        if (!options.load()) {
            while (!ending.awaitAsked(Duration.ofHours(1))) {
                screen.step("still running");
            }
            return EXIT_OK;
        }
        String jdbcUrl = demo.parts().postgres().jdbcUrl();
        List<BrokerApi> nodes = demo.nodes();
        createGroup(nodes);
        Ledger ledger = new Ledger(false);
        ConsumerRecord record = new ConsumerRecord(false);
        Consumer consumer = new Consumer(nodes, 0, GROUP, Duration.ofSeconds(5), ledger, record);
        Thread consuming = new Thread(consumer, "penstock-consumer");
        consuming.setDaemon(true);
        consuming.start();
        try (Workload workload = new Workload(jdbcUrl, ledger, options.rate(), System.nanoTime());
                LiveLine line = new LiveLine(demo, ledger, record)) {
            workload.start();
            Duration pause = screen.terminal() ? Duration.ofSeconds(1) : Duration.ofSeconds(5);
            while (!ending.awaitAsked(pause)) {
                screen.live(line.text());
            }
        } finally {
            consumer.stop();
        }
        return EXIT_OK;
    }

    /** Any node; the first one that answers. */
    static void createGroup(List<BrokerApi> nodes) throws IOException, InterruptedException {
        IOException failure = new IOException("no node took the group");
        for (int attempt = 0; attempt < 3; attempt++) {
            for (BrokerApi node : nodes) {
                try {
                    node.createGroup(GROUP, Demo.STREAM, "earliest", VISIBILITY);
                    return;
                } catch (IOException e) {
                    failure = e;
                }
            }
        }
        throw failure;
    }
}
