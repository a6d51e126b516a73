package dev.penstock.cluster;

import dev.penstock.cluster.demo.DemoOptions;
import dev.penstock.cluster.demo.DemoRun;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code penstock demo}: the words of the command line, nothing else. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Starts a Postgres, three nodes, traffic and a consumer, and shows that nothing is lost.",
        footer = {
            "",
            "Example: penstock demo --scenario failover --duration 30s --json",
            "Exit codes: 0 ok, 1 could not run, 2 usage, 8 the scenario found something lost, double or out of order."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int LAST_PORT = 65_535;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = "Use this Postgres instead of an embedded one: postgresql://user:password@host:port/database,"
                    + " the user a superuser, wal_level logical.")
    private @Nullable String postgresUrl;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Keep all data here and go on from it next time. Created if absent."
                    + " Default: a scratch directory, removed at the end.")
    private @Nullable Path dataDir;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "7801",
            description = "First of three HTTP ports; the Raft ports are 100 above. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(
            names = "--pg-port",
            paramLabel = "PORT",
            defaultValue = "7832",
            description = "Port of the embedded Postgres. Default: ${DEFAULT-VALUE}.")
    private int postgresPort;

    @Option(
            names = "--rate",
            paramLabel = "ROWS",
            defaultValue = "0",
            description = "Row changes per second. Default: 100, in a scenario 1000.")
    private double rate;

    @Option(names = "--no-load", description = "Make neither traffic nor a consumer, group or webhook.")
    private boolean noLoad;

    @Option(names = "--no-restart", description = "Leave a node that died dead.")
    private boolean noRestart;

    @Option(
            names = "--info-file",
            paramLabel = "FILE",
            description = "Write here, as JSON, where everything is, once all nodes are ready.")
    private @Nullable Path infoFile;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "Run a proof and exit. failover: kill the leader twice under load.")
    private @Nullable String scenario;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long the scenario makes load. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ofSeconds(30);

    @Option(
            names = "--json",
            description = "With --scenario: one JSON object on standard output, all else on standard error.")
    private boolean json;

    @Override
    public Integer call() {
        check();
        DemoOptions options = new DemoOptions(
                Optional.ofNullable(postgresUrl),
                Optional.ofNullable(dataDir),
                httpPort,
                postgresPort,
                rate,
                !noLoad,
                !noRestart,
                Optional.ofNullable(infoFile),
                scenario == null ? Optional.empty() : Optional.of(duration),
                json);
        PrintStream talk = json ? System.err : System.out;
        return new DemoRun(options, System.out, talk).run();
    }

    private void check() {
        refuseIf(scenario != null && !scenario.equals("failover"), "--scenario: the only one is failover");
        refuseIf(scenario == null && json, "--json needs --scenario");
        refuseIf(scenario != null && noLoad, "--scenario makes load: leave out --no-load");
        refuseIf(scenario != null && noRestart, "--scenario kills two leaders: leave out --no-restart");
        refuseIf(scenario != null && duration.compareTo(Duration.ofSeconds(3)) < 0, "--duration: at least 3s");
        refuseIf(rate < 0 || rate > 1_000_000, "--rate: 1 to 1000000 rows per second");
        refuseIf(httpPort < 1 || httpPort > LAST_PORT - 102, "--http-port: 1 to " + (LAST_PORT - 102));
        refuseIf(postgresPort < 1 || postgresPort > LAST_PORT, "--pg-port: 1 to " + LAST_PORT);
    }

    private void refuseIf(boolean wrong, String message) {
        if (wrong && spec != null) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
