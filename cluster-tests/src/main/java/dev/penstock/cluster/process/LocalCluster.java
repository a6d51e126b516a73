package dev.penstock.cluster.process;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The nodes of one cluster as processes: starts them, starts a dead one again, ends them. A stopped (SIGSTOP) node is alive
 * and left alone. Thread-safe; restarts run on a thread of its own.
 */
public final class LocalCluster implements AutoCloseable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(LocalCluster.class);
    private static final Duration PROBE_PAUSE = Duration.ofMillis(100);
    /** A node must be back within 5 s; it needs most of them to start. */
    private static final Duration RESTART_PAUSE = Duration.ofMillis(200);
    /** A node that dies younger than this is not given another start at once. */
    private static final Duration INFANCY = Duration.ofSeconds(3);

    private static final Duration INFANT_RESTART_PAUSE = Duration.ofSeconds(3);
    /** Of the ten seconds in which a demo must end: enough to hand over leadership and close. */
    private static final Duration STOP_PATIENCE = Duration.ofMillis(4_500);

    private final List<NodeSpec> specs;
    private final Watchdog watchdog;
    private final Predicate<NodeSpec> ready;
    private final boolean restarts;
    private final Runnable onRestarted;
    private final Map<String, ManagedProcess> processes = new LinkedHashMap<>();
    private final Map<String, Long> startedNanos = new LinkedHashMap<>();
    private final ScheduledExecutorService supervisor;
    private boolean stopping;

    /**
     * @param ready asks a node whether it is ready
     * @param restarts start a dead node again
     * @param onRestarted called when a node that died is ready again
     */
    public LocalCluster(
            List<NodeSpec> specs,
            Watchdog watchdog,
            Predicate<NodeSpec> ready,
            boolean restarts,
            Runnable onRestarted) {
        this.specs = List.copyOf(specs);
        this.watchdog = watchdog;
        this.ready = ready;
        this.restarts = restarts;
        this.onRestarted = onRestarted;
        this.supervisor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "penstock-supervisor");
            thread.setDaemon(true);
            return thread;
        });
    }

    public List<NodeSpec> specs() {
        return specs;
    }

    public NodeSpec spec(String id) {
        return specs.stream()
                .filter(spec -> spec.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node " + id + " in this cluster"));
    }

    /** Starts all nodes that do not run. */
    public void startAll() throws IOException {
        synchronized (this) {
            stopping = false;
        }
        for (NodeSpec spec : specs) {
            start(spec, List.of());
        }
    }

    /** @param options added to the command line, for this start only */
    public synchronized void start(NodeSpec spec, List<String> options) throws IOException {
        ManagedProcess running = processes.get(spec.id());
        if (running != null && running.isAlive()) {
            return;
        }
        if (running != null) {
            watchdog.forgetNode(running.pid());
        }
        Files.createDirectories(spec.directory());
        List<String> command = new ArrayList<>(spec.command());
        command.addAll(options);
        ManagedProcess process = ManagedProcess.start(spec.id(), command, spec.directory(), spec.log());
        watchdog.watchNode(process.pid());
        processes.put(spec.id(), process);
        startedNanos.put(spec.id(), System.nanoTime());
        process.onExit(() -> died(spec, process));
    }

    /** The process that runs this node now, or ran it last. */
    public synchronized ManagedProcess process(String id) {
        ManagedProcess process = processes.get(id);
        if (process == null) {
            throw new IllegalStateException("node " + id + " was never started");
        }
        return process;
    }

    /** Waits until every node is ready. A node that ends meanwhile fails it, with the end of its log. */
    public void awaitReady(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (NodeSpec spec : specs) {
            while (!ready.test(spec)) {
                ManagedProcess process = process(spec.id());
                if (!process.isAlive()) {
                    throw new IllegalStateException("node " + spec.id() + " ended with status " + process.exitCode()
                            + ":\n" + process.logTail());
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "node " + spec.id() + " was not ready within " + patience.toSeconds()
                                    + " s; the end of its log " + spec.log() + ":\n" + process.logTail());
                }
                TimeUnit.NANOSECONDS.sleep(PROBE_PAUSE.toNanos());
            }
        }
    }

    private synchronized void died(NodeSpec spec, ManagedProcess process) {
        if (stopping || processes.get(spec.id()) != process) {
            return;
        }
        watchdog.forgetNode(process.pid());
        LOG.info("node {} (process {}) ended with status {}", spec.id(), process.pid(), process.exitCode());
        if (restarts) {
            long age = System.nanoTime() - startedNanos.getOrDefault(spec.id(), 0L);
            Duration pause = age < INFANCY.toNanos() ? INFANT_RESTART_PAUSE : RESTART_PAUSE;
            later(() -> restart(spec), pause);
        }
    }

    private void restart(NodeSpec spec) {
        synchronized (this) {
            if (stopping) {
                return;
            }
            try {
                start(spec, List.of());
            } catch (IOException e) {
                LOG.error("node {} could not be started again: {}", spec.id(), e.getMessage());
                return;
            }
        }
        announceWhenReady(spec);
    }

    private void announceWhenReady(NodeSpec spec) {
        synchronized (this) {
            if (stopping || !process(spec.id()).isAlive()) {
                return;
            }
        }
        if (ready.test(spec)) {
            LOG.info(
                    "node {} is back as process {}",
                    spec.id(),
                    process(spec.id()).pid());
            onRestarted.run();
        } else {
            later(() -> announceWhenReady(spec), PROBE_PAUSE);
        }
    }

    private void later(Runnable task, Duration pause) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("the supervisor of the nodes failed", e);
            }
        };
        ScheduledFuture<?> scheduled = supervisor.schedule(guarded, pause.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("scheduled {}", scheduled);
    }

    /** Ends all nodes at the same time, in order: SIGTERM first. */
    public void stopAll() throws InterruptedException {
        List<ManagedProcess> running;
        synchronized (this) {
            stopping = true;
            running = List.copyOf(processes.values());
        }
        running.forEach(ManagedProcess::terminate);
        long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
        for (ManagedProcess process : running) {
            process.stop(Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
            watchdog.forgetNode(process.pid());
        }
    }

    /** As {@link #stopAll}; if interrupted, all at once. */
    @Override
    public void close() {
        supervisor.shutdownNow();
        try {
            stopAll();
        } catch (InterruptedException e) {
            killAll();
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void killAll() {
        processes.values().forEach(process -> {
            process.destroy();
            watchdog.forgetNode(process.pid());
        });
    }
}
