package dev.penstock.broker.cli;

import dev.penstock.broker.boot.Node;
import dev.penstock.broker.config.ConfigLoader;
import dev.penstock.broker.config.ConfigRefused;
import dev.penstock.broker.raft.StartRefused;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node in the foreground. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs a node in the foreground until SIGINT or SIGTERM.",
        footer = {"", "Example: ./penstock start --config n1.yaml"})
final class StartCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "penstock.yaml",
            description = "The node's configuration. Default: ${DEFAULT-VALUE}.")
    private Path config = Path.of("penstock.yaml");

    @Option(
            names = "--join",
            description =
                    "Let an empty data directory join the cluster that the other nodes already form: for a node that"
                            + " was lost or is new.")
    private boolean join;

    @Spec
    private @Nullable CommandSpec spec;

    private final Surroundings surroundings;

    StartCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        ConfigLoader.Loaded loaded;
        try {
            loaded = ConfigLoader.load(config, surroundings.environment());
        } catch (ConfigRefused e) {
            int count = e.problems().size();
            err.println("penstock: " + config + " has " + count + (count == 1 ? " problem" : " problems")
                    + "; nothing was started");
            e.problems().forEach(problem -> err.println("  " + problem));
            err.println("  see: docs/configuration.md");
            return ExitCode.USAGE;
        }
        loaded.warnings().forEach(warning -> err.println("penstock: warning: " + warning));
        try {
            NodeLog.begin(loaded.config().log());
            Node.run(loaded.config(), join);
            return ExitCode.OK;
        } catch (StartRefused e) {
            Failures.print(err, String.valueOf(e.getMessage()), "");
            return ExitCode.FAILURE;
        }
    }
}
