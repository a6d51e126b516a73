package dev.penstock.broker.cli;

import dev.penstock.client.FilterTest;
import dev.penstock.client.GroupSpec;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Filters, before a group has them. */
@Command(
        name = "filters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Tries filters.")
final class FiltersCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    private FiltersCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new FiltersCommand());
        line.addSubcommand(new Test(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    /** A filter over the newest events. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Shows which of a stream's newest events a filter lets through.",
            footer = {"", "Example: ./penstock filters test 'record.amount > 100' --table public.orders --last 500"})
    private static final class Test implements Callable<Integer> {

        @Parameters(
                paramLabel = "EXPRESSION",
                arity = "0..1",
                description = "Over record, changes, metadata and action. Without it: tables and actions only.")
        private @Nullable String where;

        @Option(names = "--stream", paramLabel = "NAME", description = "Default: the default source's stream.")
        private @Nullable String stream;

        @Option(
                names = "--table",
                paramLabel = "SCHEMA.TABLE",
                split = ",",
                description = "Only events of this table, or of schema.*; may be repeated.")
        private List<String> tables = List.of();

        @Option(
                names = "--action",
                paramLabel = "ACTION",
                split = ",",
                description = "Only insert, update, delete, truncate, read or message; may be repeated.")
        private List<String> actions = List.of();

        @Option(
                names = "--last",
                paramLabel = "N",
                defaultValue = "1000",
                description = "How many of the newest events, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
        private int last = 1_000;

        @Mixin
        private final Session session;

        Test(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            GroupSpec filter = GroupSpec.named("filter");
            filter = stream == null ? filter : filter.on(stream);
            filter = tables.isEmpty() ? filter : filter.ofTables(tables);
            filter = actions.isEmpty() ? filter : filter.ofActions(actions);
            filter = where == null ? filter : filter.matching(where);
            FilterTest result = session.client().testFilter(filter, last);
            if (session.isJson()) {
                session.out().println(result);
                return ExitCode.OK;
            }
            for (FilterTest.Match match : result.matches()) {
                session.out().println(TailCommand.line(match.event()));
                if (!match.filterError().isEmpty()) {
                    session.out().println("    failed, so delivered: " + match.filterError());
                }
            }
            int delivered = result.matched() + result.failed();
            session.err()
                    .println("matched " + result.matched() + ", not matched " + result.notMatched() + ", failed "
                            + result.failed()
                            + (delivered > result.matches().size()
                                    ? "; the first " + result.matches().size() + " are shown"
                                    : "")
                            + (result.complete() ? "" : "; the time was over before all were judged"));
            return ExitCode.OK;
        }
    }
}
