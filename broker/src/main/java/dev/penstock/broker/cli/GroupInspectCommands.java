package dev.penstock.broker.cli;

import dev.penstock.client.GroupInfo;
import dev.penstock.client.GroupMessages;
import dev.penstock.client.PenstockClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code groups show|messages}: how a group stands, and why it does not go on. Stateless. */
final class GroupInspectCommands {

    private GroupInspectCommands() {}

    static void addTo(CommandLine groups, Surroundings surroundings) {
        groups.addSubcommand(new Show(new Session(surroundings)));
        groups.addSubcommand(new Messages(new Session(surroundings)));
    }

    /** One group. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one group.")
    private static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Mixin
        private final Session session;

        Show(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PenstockClient client = session.client();
            if (session.isJson()) {
                session.out().println(client.json("/v1/groups/" + Names.inPath(group)));
            } else {
                print(session.out(), client.group(group));
            }
            return ExitCode.OK;
        }

        private static void print(PrintWriter out, GroupInfo group) {
            new TextTable("property", "value")
                    .row("group", group.name())
                    .row("stream", group.stream())
                    .row("state", group.state())
                    .row("ordering", group.ordering())
                    .row("mode", group.mode())
                    .row("tables", group.tables().isEmpty() ? "all" : String.join(", ", group.tables()))
                    .row("actions", group.actions().isEmpty() ? "all" : String.join(", ", group.actions()))
                    .row("where", group.where().replaceAll("\\s+", " "))
                    .row("visibility timeout", group.visibilityTimeout())
                    .row("floor", group.floor())
                    .row("scan", group.scan())
                    .row("backlog", group.backlog())
                    .row("in flight", group.inFlight())
                    .row("delayed", group.delayed())
                    .row("ready", group.ready())
                    .row("parked keys", group.parked())
                    .row("max deliveries", group.maxDeliveries() == 0 ? "unlimited" : group.maxDeliveries())
                    .row("dead letter group", group.deadLetterGroup())
                    .row("dying", group.dying())
                    .row("dead letters", group.deadLetters())
                    .row("oldest dead letter", group.oldestDeadLetter())
                    .row("retention", group.retention())
                    .row("lost to it at most", group.lostAtMost())
                    .row("filter failures", group.filterFailures())
                    .row("oldest unsettled", Amounts.age(group.oldestUnsettledAge()))
                    .print(out);
        }
    }

    /** What is out, and what waits. */
    @Command(
            name = "messages",
            mixinStandardHelpOptions = true,
            description = "Lists what of a group is unsettled, and which keys wait for what.",
            footer = {"", "Example: ./penstock groups messages workers --state parked"})
    private static final class Messages implements Callable<Integer> {

        private static final int PAGE_ITEMS = 1_000;

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only in_flight, delayed, ready or dying messages; dead: the dead letters; parked: the keys of"
                                + " an ordered group that wait. Default: all that is unsettled.")
        private @Nullable String state;

        @Option(names = "--offset", paramLabel = "OFFSET", description = "Where to begin. Default: at the first.")
        private @Nullable String offset;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100",
                description = "At most so many. Default: ${DEFAULT-VALUE}.")
        private int limit = 100;

        @Option(names = "--events", description = "With their keys; with -o json the whole events.")
        private boolean events;

        @Mixin
        private final Session session;

        Messages(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (limit < 1) {
                throw new CommandFailed(ExitCode.USAGE, "expected --limit 1 or more, but got " + limit, "");
            }
            PenstockClient client = session.client();
            List<GroupMessages.Unsettled> messages = new ArrayList<>();
            List<GroupMessages.Parked> parked = new ArrayList<>();
            String from = offset;
            do {
                int left = limit - messages.size() - parked.size();
                GroupMessages page = client.messages(group, state, from, Math.min(PAGE_ITEMS, left), events);
                messages.addAll(page.messages());
                parked.addAll(page.parked());
                from = page.next().orElse(null);
            } while (from != null && messages.size() + parked.size() < limit);
            if (session.isJson()) {
                messages.forEach(session.out()::println);
                parked.forEach(session.out()::println);
            } else if ("parked".equals(state)) {
                printParked(parked);
            } else {
                printMessages(messages);
            }
            if (from != null) {
                session.err().println("there is more: --offset " + from);
            }
            return ExitCode.OK;
        }

        private void printMessages(List<GroupMessages.Unsettled> messages) {
            TextTable table = new TextTable(
                    "offset", "state", "deliveries", "first delivered", "ends in", "action", "table", "key");
            messages.forEach(message -> table.row(
                    message.offset(),
                    message.state(),
                    message.deliveryCount(),
                    message.firstDeliveredAt(),
                    message.endsIn(),
                    message.action(),
                    message.table(),
                    message.event().map(event -> event.key().toString()).orElse("")));
            table.print(session.out());
        }

        private void printParked(List<GroupMessages.Parked> keys) {
            TextTable table =
                    new TextTable("waits from", "table", "key", "why", "blocked by", "state", "deliveries", "ends in");
            keys.forEach(key -> table.row(
                    key.offset(),
                    key.table(),
                    key.event().map(event -> event.key().toString()).orElse(key.keyHash()),
                    key.why(),
                    key.blockedBy().map(GroupMessages.Unsettled::offset).orElse(""),
                    key.blockedBy().map(GroupMessages.Unsettled::state).orElse(""),
                    key.blockedBy().map(one -> one.deliveryCount() + "x").orElse(""),
                    key.blockedBy().map(GroupMessages.Unsettled::endsIn).orElse("")));
            table.print(session.out());
        }
    }
}
