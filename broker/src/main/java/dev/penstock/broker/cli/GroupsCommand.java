package dev.penstock.broker.cli;

import dev.penstock.client.GroupInfo;
import dev.penstock.client.GroupSpec;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.Sought;
import java.io.PrintWriter;
import java.time.Duration;
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

/** Consumer groups: what an operator does with them. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lists, creates, shows, changes, moves and removes consumer groups.")
final class GroupsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    private GroupsCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new GroupsCommand());
        line.addSubcommand(new Ls(new Session(surroundings)));
        line.addSubcommand(new Create(new Session(surroundings)));
        GroupInspectCommands.addTo(line, surroundings);
        GroupChangeCommands.addTo(line, surroundings);
        line.addSubcommand(new Seek(new Session(surroundings)));
        line.addSubcommand(new Rm(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    static void print(PrintWriter out, List<GroupInfo> groups) {
        TextTable table =
                new TextTable("group", "stream", "backlog", "in flight", "delayed", "oldest", "floor", "state");
        groups.forEach(group -> table.row(
                group.name(),
                group.stream(),
                group.backlog(),
                group.inFlight(),
                group.delayed(),
                Amounts.age(group.oldestUnsettledAge()),
                group.floor(),
                group.state()));
        table.print(out);
    }

    /** As the API spells them. */
    enum Mode {
        changes,
        rows
    }

    /** What retention does with a group that is behind; as the API spells it. */
    enum Keeping {
        trim,
        hold
    }

    /** All groups. */
    @Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists all groups.")
    private static final class Ls implements Callable<Integer> {

        @Mixin
        private final Session session;

        Ls(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PenstockClient client = session.client();
            if (session.isJson()) {
                session.out().println(client.json("/v1/groups"));
            } else {
                print(session.out(), client.groups());
            }
            return ExitCode.OK;
        }
    }

    /** A new group. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Creates a group; the same again is fine.",
            footer = {"", "Example: ./penstock groups create big --table public.orders --where 'record.amount > 100'"})
    private static final class Create implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name: letters, digits, hyphens, underscores.")
        private String group = "";

        @Option(names = "--stream", paramLabel = "NAME", description = "Default: the default source's stream.")
        private String stream = "";

        @Option(
                names = "--start",
                paramLabel = "POSITION",
                defaultValue = "latest",
                description = StartPositionOption.FORMS + ". Default: ${DEFAULT-VALUE}.")
        private String start = "latest";

        @Option(
                names = "--visibility-timeout",
                paramLabel = "DURATION",
                description = "Length of a lease. Default: 30s.")
        private @Nullable Duration visibilityTimeout;

        @Option(
                names = "--max-deliveries",
                paramLabel = "N",
                description = "After so many deliveries a message is dead. Default: unlimited.")
        private @Nullable Integer maxDeliveries;

        @Option(
                names = "--dead-letter-group",
                paramLabel = "GROUP",
                description = "Its dead letters become messages of this group. Default: they are kept.")
        private @Nullable String deadLetterGroup;

        /** As the API spells them. */
        private enum Ordering {
            none,
            key
        }

        @Option(
                names = "--ordering",
                paramLabel = "none|key",
                defaultValue = "none",
                description =
                        "key: changes of a row come in their order; in SQS the queue is NAME.fifo. Default: none.")
        private Ordering ordering = Ordering.none;

        @Option(
                names = "--mode",
                paramLabel = "changes|rows",
                defaultValue = "changes",
                description = "rows: of several pending versions of a row only the newest, and no deletions. Default:"
                        + " ${DEFAULT-VALUE}.")
        private Mode mode = Mode.changes;

        @Option(
                names = "--retention",
                paramLabel = "trim|hold",
                defaultValue = "trim",
                description =
                        "hold: the log is not trimmed beyond what this group has settled. Default: ${DEFAULT-VALUE}.")
        private Keeping retention = Keeping.trim;

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
                names = "--where",
                paramLabel = "EXPRESSION",
                description = "Only events for which it is true. Try it first: penstock filters test.")
        private @Nullable String where;

        @Mixin
        private final Session session;

        Create(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PenstockClient client = session.client();
            GroupInfo created = client.createGroup(spec());
            if (session.isJson()) {
                session.out().println(created);
            } else {
                print(session.out(), List.of(client.group(group)));
            }
            session.err().println("next: ./penstock receive " + group + " --wait 5s --ack");
            return ExitCode.OK;
        }

        private GroupSpec spec() {
            GroupSpec spec = GroupSpec.named(group).from(StartPositionOption.parse(start));
            spec = stream.isEmpty() ? spec : spec.on(stream);
            spec = visibilityTimeout == null ? spec : spec.visibleAfter(visibilityTimeout);
            spec = maxDeliveries == null ? spec : spec.atMostDelivered(maxDeliveries);
            spec = deadLetterGroup == null ? spec : spec.deadLettersTo(deadLetterGroup);
            spec = ordering == Ordering.key ? spec.inOrder() : spec;
            spec = mode == Mode.rows ? spec.ofNewestRows() : spec;
            spec = retention == Keeping.hold ? spec.holdingTheLog() : spec;
            spec = tables.isEmpty() ? spec : spec.ofTables(tables);
            spec = actions.isEmpty() ? spec : spec.ofActions(actions);
            return where == null ? spec : spec.matching(where);
        }
    }

    /** A group moved to another position. */
    @Command(
            name = "seek",
            mixinStandardHelpOptions = true,
            description =
                    "Moves a group: what lies after the position is delivered (again), what lies before is settled.",
            footer = {"", "Example: ./penstock groups seek workers --to earliest --dry-run"})
    private static final class Seek implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Option(names = "--to", paramLabel = "POSITION", required = true, description = StartPositionOption.FORMS + ".")
        private String to = "";

        @Option(names = "--dry-run", description = "Only say what would happen.")
        private boolean dryRun;

        @Mixin
        private final Session session;

        Seek(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Sought sought = session.client().seek(group, StartPositionOption.parse(to), dryRun);
            if (session.isJson()) {
                session.out().println(sought.toJson());
            } else {
                new TextTable("group", "from", "to", "events")
                        .row(group, sought.from(), sought.to(), sought.events())
                        .print(session.out());
            }
            if (dryRun) {
                session.err().println("nothing was changed (--dry-run)");
            }
            return ExitCode.OK;
        }
    }

    /** A group removed. */
    @Command(
            name = "rm",
            mixinStandardHelpOptions = true,
            description = "Removes a group with its progress and leases. The stream keeps its events.")
    private static final class Rm implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Option(names = "--yes", description = "Really.")
        private boolean yes;

        @Mixin
        private final Session session;

        Rm(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (!yes) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "removing group '" + group + "' forgets its progress",
                        "if you mean it: penstock groups rm " + group + " --yes");
            }
            session.client().deleteGroup(group);
            session.err().println("removed " + group);
            return ExitCode.OK;
        }
    }
}
