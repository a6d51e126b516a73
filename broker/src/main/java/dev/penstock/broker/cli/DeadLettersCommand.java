package dev.penstock.broker.cli;

import dev.penstock.client.DeadLetters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What died in a group: to be looked at, put back or dropped. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lists, shows, puts back and drops messages that failed in every delivery they had.")
final class DeadLettersCommand implements Callable<Integer> {

    private static final int PAGE_LETTERS = 1_000;

    /** What one call of the API puts back or drops at most. */
    private static final int MAX_CHANGED = 10_000;

    @Spec
    private @Nullable CommandSpec spec;

    private DeadLettersCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new DeadLettersCommand());
        line.addSubcommand(new ListLetters(new Session(surroundings)));
        line.addSubcommand(new Show(new Session(surroundings)));
        line.addSubcommand(new Redrive(new Session(surroundings)));
        line.addSubcommand(new Purge(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    private static void checkPositive(String option, int value) {
        if (value < 1) {
            throw new CommandFailed(ExitCode.USAGE, "expected " + option + " 1 or more, but got " + value, "");
        }
    }

    /** All of a group, or some. */
    @Command(
            name = "list",
            aliases = "ls",
            mixinStandardHelpOptions = true,
            description = "Lists the dead letters of a group, those that died first first.",
            footer = {"", "Example: ./penstock dead-letters list orders-worker --events"})
    private static final class ListLetters implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Option(names = "--offset", paramLabel = "NUMBER", description = "Where to begin. Default: at the first.")
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

        ListLetters(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            checkPositive("--limit", limit);
            DeadLetters deadLetters = session.client().deadLetters(group);
            List<DeadLetters.Letter> letters = new ArrayList<>();
            String from = offset;
            do {
                DeadLetters.Page page = deadLetters.list(from, Math.min(PAGE_LETTERS, limit - letters.size()), events);
                letters.addAll(page.letters());
                from = page.next().orElse(null);
            } while (from != null && letters.size() < limit);
            if (session.isJson()) {
                letters.forEach(session.out()::println);
            } else {
                print(letters);
            }
            if (from != null) {
                session.err().println("there is more: --offset " + from);
            }
            return ExitCode.OK;
        }

        private void print(List<DeadLetters.Letter> letters) {
            TextTable table =
                    new TextTable("number", "died", "reason", "deliveries", "offset", "action", "table", "key");
            letters.forEach(letter -> table.row(
                    letter.number(),
                    letter.diedAt(),
                    letter.reason(),
                    letter.deliveryCount(),
                    letter.offset(),
                    letter.action(),
                    letter.table(),
                    letter.event().map(event -> event.key().toString()).orElse("")));
            table.print(session.out());
        }
    }

    /** One, with its event. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows one dead letter with its event.",
            footer = {"", "Example: ./penstock dead-letters show orders-worker 7"})
    private static final class Show implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Parameters(index = "1", paramLabel = "NUMBER", description = "As dead-letters list says it.")
        private String number = "";

        @Mixin
        private final Session session;

        Show(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            DeadLetters.Letter letter = session.client().deadLetters(group).show(number);
            if (session.isJson()) {
                session.out().println(letter);
                return ExitCode.OK;
            }
            new TextTable("property", "value")
                    .row("number", letter.number())
                    .row("event", letter.id())
                    .row("offset", letter.offset())
                    .row("action", letter.action())
                    .row("table", letter.table())
                    .row("reason", letter.reason())
                    .row("deliveries", letter.deliveryCount())
                    .row("died", letter.diedAt())
                    .print(session.out());
            letter.event().ifPresent(event -> session.out().println(event));
            return ExitCode.OK;
        }
    }

    /** Back among the messages. */
    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description =
                    "Puts dead letters back among the messages of their group, to be delivered as if for the first time.",
            footer = {
                "",
                "In an ordered group an event comes back after later ones of its row that were delivered meanwhile.",
                "",
                "Example: ./penstock dead-letters redrive orders-worker --where 'record.amount > 100' --rate 50"
            })
    private static final class Redrive implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Parameters(index = "1..*", paramLabel = "NUMBER", description = "Only these. Default: all.")
        private List<String> numbers = List.of();

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
                description = "Only events for which it is true; those on which it fails stay.")
        private @Nullable String where;

        @Option(names = "--max", paramLabel = "N", description = "At most so many. Default: all.")
        private int max = Integer.MAX_VALUE;

        @Option(names = "--rate", paramLabel = "N", description = "So many a second, 1 to 10,000. Default: at once.")
        private @Nullable Integer rate;

        @Mixin
        private final Session session;

        Redrive(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            checkPositive("--max", max);
            if (rate != null) {
                checkPositive("--rate", rate);
            }
            DeadLetters deadLetters = session.client().deadLetters(group);
            DeadLetters.Selection selection =
                    new DeadLetters.Selection(tables, actions, where, numbers, null, null, rate);
            long total = 0;
            DeadLetters.Changed changed;
            do {
                long began = System.nanoTime();
                changed = deadLetters.redrive(selection.atMost((int) Math.min(MAX_CHANGED, max - total)));
                total += changed.count();
                selection = selection.from(changed.next().orElse(null));
                if (rate != null && changed.next().isPresent()) {
                    awaitSecondSince(began);
                }
            } while (changed.next().isPresent() && total < max);
            report(session, "redriven", total, changed);
            return ExitCode.OK;
        }

        private static void awaitSecondSince(long beganNanos) {
            try {
                TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) - (System.nanoTime() - beganNanos));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailed(ExitCode.FAILURE, "interrupted; what was put back stays so", "");
            }
        }
    }

    /** Away for good. */
    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Drops dead letters with their events, for good.",
            footer = {"", "Example: ./penstock dead-letters purge orders-worker --all"})
    private static final class Purge implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Parameters(index = "1..*", paramLabel = "NUMBER", description = "Those to drop.")
        private List<String> numbers = List.of();

        @Option(names = "--all", description = "All that the group has.")
        private boolean all;

        @Mixin
        private final Session session;

        Purge(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (all == !numbers.isEmpty()) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "expected either numbers or --all, but got " + (all ? "both" : "neither"),
                        "see them with ./penstock dead-letters list " + group);
            }
            DeadLetters deadLetters = session.client().deadLetters(group);
            long total = 0;
            DeadLetters.@Nullable Changed changed = null;
            for (String number : numbers) {
                changed = deadLetters.drop(number);
                total += changed.count();
            }
            while (all && (changed == null || changed.next().isPresent())) {
                String from = changed == null ? null : changed.next().orElse(null);
                changed = deadLetters.purge(from, MAX_CHANGED);
                total += changed.count();
            }
            report(session, "dropped", total, changed);
            return ExitCode.OK;
        }
    }

    private static void report(Session session, String what, long total, DeadLetters.@Nullable Changed last) {
        String next = last == null ? null : last.next().orElse(null);
        if (session.isJson()) {
            session.out()
                    .println("{\"" + what + "\":" + total + ",\"next\":" + (next == null ? "null" : "\"" + next + "\"")
                            + "}");
        } else {
            session.out().println(what + " " + total);
        }
    }
}
