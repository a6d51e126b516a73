package dev.penstock.cluster;

import dev.penstock.cluster.bench.IngestBench;
import dev.penstock.cluster.postgres.DemoDatabase;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code penstock bench}: measurements on a cluster of its own. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures a three-node cluster on this machine.",
        subcommands = BenchCommand.Ingest.class)
final class BenchCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to measure: ingest");
        }
    }

    /** {@code penstock bench ingest}. */
    @Command(
            name = "ingest",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "How fast a backlog gets from Postgres into the replicated log, beside a bare reader of an equal"
                            + " slot.",
            footer = {"", "Exit codes: 0 ok, 1 could not run, 2 usage, 8 the log does not hold what was written."})
    static final class Ingest implements Callable<Integer> {
        @Option(
                names = "--rows",
                defaultValue = "500000",
                description = "Rows of the backlog. Default: ${DEFAULT-VALUE}.")
        private long rows;

        @Option(
                names = "--rows-per-transaction",
                defaultValue = "100",
                description = "Rows of one transaction. Default: ${DEFAULT-VALUE}.")
        private int rowsPerTransaction;

        @Option(
                names = "--http-port",
                defaultValue = "7821",
                description = "First of three HTTP ports; the Raft ports are 100 above. Default: ${DEFAULT-VALUE}.")
        private int httpPort;

        @Option(
                names = "--pg-port",
                defaultValue = "7852",
                description = "Port of the embedded Postgres. Default: ${DEFAULT-VALUE}.")
        private int postgresPort;

        @Option(names = "--json", description = "One JSON object on standard output, all else on standard error.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            if (spec != null && (rows < 1 || rowsPerTransaction < 1)) {
                throw new ParameterException(spec.commandLine(), "--rows and --rows-per-transaction: at least 1");
            }
            PrintStream talk = json ? System.err : System.out;
            IngestBench.Options options =
                    new IngestBench.Options(rows, rowsPerTransaction, httpPort, postgresPort, json);
            try {
                return new IngestBench(options, System.out, talk).run();
            } catch (IOException | SQLException | IllegalStateException | DemoDatabase.UnusableException e) {
                talk.println("penstock bench: " + e.getMessage());
                return 1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 1;
            }
        }
    }
}
