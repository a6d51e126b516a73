package dev.penstock.cluster.it;

import dev.penstock.cluster.load.Tables;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.process.FreePorts;
import dev.penstock.cluster.process.Watchdog;
import dev.penstock.cluster.rig.ClusterRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A cluster of three nodes with ports, directory and database objects of its own; leaves nothing behind. */
final class TestCluster implements AutoCloseable {
    /** To look at the nodes' logs after a failure: {@code -Dpenstock.it.keep=true}. */
    private static final boolean KEEP = Boolean.getBoolean("penstock.it.keep");

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Path directory;
    private final Watchdog watchdog;
    private final ClusterRig rig;

    private TestCluster(Path directory, Watchdog watchdog, ClusterRig rig) {
        this.directory = directory;
        this.watchdog = watchdog;
        this.rig = rig;
    }

    /** Prepared, not started. Dead nodes stay dead. */
    static TestCluster prepare(TestPostgres postgres, String... extra) throws Exception {
        Path directory = Files.createTempDirectory("penstock-it-");
        String name = "it_" + COUNTER.incrementAndGet();
        Watchdog watchdog = Watchdog.start();
        if (!KEEP) {
            watchdog.watchScratch(directory);
        }
        ClusterRig.Settings settings = new ClusterRig.Settings(
                directory,
                postgres.server(),
                new DemoDatabase.Names(name, name, name),
                FreePorts.several(6),
                Arrays.stream(Tables.values()).map(Tables::table).toList(),
                Tables.createStatements(),
                List.of(extra),
                false);
        return new TestCluster(directory, watchdog, ClusterRig.prepare(settings, watchdog));
    }

    static TestCluster start(TestPostgres postgres, String... extra) throws Exception {
        TestCluster cluster = prepare(postgres, extra);
        try {
            cluster.rig.start();
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    ClusterRig rig() {
        return rig;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        rig.close();
        watchdog.close();
        if (!KEEP) {
            Directories.delete(directory);
        }
    }
}
