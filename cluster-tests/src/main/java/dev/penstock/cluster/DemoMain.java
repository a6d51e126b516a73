package dev.penstock.cluster;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands that need a Postgres and a cluster of their own. */
@Command(
        name = "penstock",
        mixinStandardHelpOptions = true,
        description = "Demo and benchmark on a Postgres and a three-node cluster of their own.",
        subcommands = {DemoCommand.class, BenchCommand.class})
public final class DemoMain {
    private DemoMain() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new DemoMain()).registerConverter(java.time.Duration.class, Durations::parse);
    }
}
