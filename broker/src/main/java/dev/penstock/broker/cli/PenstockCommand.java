package dev.penstock.broker.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program: {@code penstock <command>}. */
@Command(
        name = "penstock",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Postgres changes as a replicated, durable stream.",
        footer = {
            "",
            "./penstock demo shows it all on one machine; ./penstock bench measures it.",
            "Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 not found, 4 conflict, 5 key, 6 unavailable."
        })
public final class PenstockCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    PenstockCommand() {}

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = commandLine(Surroundings.ofThisProcess(), out, err).execute(arguments);
        out.flush();
        System.exit(exitCode);
    }

    static CommandLine commandLine(Surroundings surroundings, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new PenstockCommand());
        line.addSubcommand(new HelpCommand());
        line.addSubcommand(new InitCommand());
        line.addSubcommand(new StartCommand(surroundings));
        line.addSubcommand(new RehearseCommand());
        line.addSubcommand(new StatusCommand(new Session(surroundings)));
        line.addSubcommand(new ClusterCommand(new Session(surroundings)));
        line.addSubcommand(StreamsCommand.commandLine(surroundings));
        line.addSubcommand(new TailCommand(new Session(surroundings)));
        line.addSubcommand(GroupsCommand.commandLine(surroundings));
        line.addSubcommand(DeadLettersCommand.commandLine(surroundings));
        line.addSubcommand(FiltersCommand.commandLine(surroundings));
        line.addSubcommand(new ReceiveCommand(new Session(surroundings)));
        line.addSubcommand(KeysCommand.commandLine(surroundings));
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Duration.class, DurationOption::parse);
        Failures.handledBy(line);
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }
}
