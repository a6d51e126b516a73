package dev.penstock.cluster.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the command line asks of a demo.
 *
 * @param postgresUrl empty = embedded
 * @param dataDir kept; empty = a scratch directory, removed at the end
 * @param httpPort first of three
 * @param rowsPerSecond of the load; not positive = the default
 * @param load false = neither traffic nor consumer nor group
 * @param failover how long the failover scenario makes load; empty = no scenario
 * @param json with a scenario: one object on stdout, all else on stderr
 */
public record DemoOptions(
        Optional<String> postgresUrl,
        Optional<Path> dataDir,
        int httpPort,
        int postgresPort,
        double rowsPerSecond,
        boolean load,
        boolean restarts,
        Optional<Path> infoFile,
        Optional<Duration> failover,
        boolean json) {

    /** A trickle to look at. */
    private static final double DEMO_ROWS_PER_SECOND = 50;
    /** Thousands of rows in half a minute, and cores left for three nodes on a small machine. */
    private static final double SCENARIO_ROWS_PER_SECOND = 1_000;

    double rate() {
        if (rowsPerSecond > 0) {
            return rowsPerSecond;
        }
        return failover.isPresent() ? SCENARIO_ROWS_PER_SECOND : DEMO_ROWS_PER_SECOND;
    }
}
