package dev.penstock.cluster.rig;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.process.NodeSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks the nodes whether they are ready. Thread-safe. */
public final class Readiness {
    private static final int OK = 200;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final List<NodeSpec> specs;
    private final List<BrokerApi> nodes;

    /** @param nodes in the order of {@code specs} */
    public Readiness(List<NodeSpec> specs, List<BrokerApi> nodes) {
        this.specs = List.copyOf(specs);
        this.nodes = List.copyOf(nodes);
    }

    public boolean isReady(NodeSpec spec) {
        return says(nodes.get(specs.indexOf(spec)), "ready");
    }

    private static boolean says(BrokerApi node, String probe) {
        try {
            return node.health(probe) == OK;
        } catch (IOException e) {
            return false; // not up yet: that is what was asked
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until changes flow. */
    public void awaitSource(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (nodes.stream().noneMatch(node -> says(node, "sources"))) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the nodes do not stream from Postgres after " + patience.toSeconds()
                        + " s: see " + nodes.get(0).url() + "/health/sources and the nodes' logs");
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }
}
