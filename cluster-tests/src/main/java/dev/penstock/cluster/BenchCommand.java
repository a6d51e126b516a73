package dev.penstock.cluster;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code penstock bench}: measurements on a cluster of its own. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures a three-node cluster on this machine.")
final class BenchCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to measure: ingest");
        }
    }
}
