package dev.penstock.broker.cli;

import dev.penstock.client.GroupInfo;
import dev.penstock.client.GroupUpdate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code groups update|pause|resume}. Stateless. */
final class GroupChangeCommands {

    private GroupChangeCommands() {}

    static void addTo(CommandLine groups, Surroundings surroundings) {
        groups.addSubcommand(new Update(new Session(surroundings)));
        groups.addSubcommand(new Pause(new Session(surroundings)));
        groups.addSubcommand(new Resume(new Session(surroundings)));
    }

    private static int show(Session session, GroupInfo changed) {
        if (session.isJson()) {
            session.out().println(changed);
        } else {
            GroupsCommand.print(session.out(), List.of(session.client().group(changed.name())));
        }
        return ExitCode.OK;
    }

    /** A group's configuration changed. */
    @Command(
            name = "update",
            mixinStandardHelpOptions = true,
            description = "Changes a group: only what is given. Another filter holds for events not yet looked at.",
            footer = {"", "Example: ./penstock groups update workers --visibility-timeout 1m"})
    private static final class Update implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Option(names = "--visibility-timeout", paramLabel = "DURATION", description = "Length of a lease.")
        private @Nullable Duration visibilityTimeout;

        @Option(
                names = "--max-deliveries",
                paramLabel = "N",
                description = "After so many deliveries a message is dead; 0 = unlimited.")
        private @Nullable Integer maxDeliveries;

        @Option(
                names = "--dead-letter-group",
                paramLabel = "GROUP",
                description = "Its dead letters become messages of this group; '' = they are kept.")
        private @Nullable String deadLetterGroup;

        @Option(
                names = "--table",
                paramLabel = "SCHEMA.TABLE",
                split = ",",
                description = "Only events of this table, or of schema.*; may be repeated. Replaces the whole filter.")
        private List<String> tables = List.of();

        @Option(
                names = "--action",
                paramLabel = "ACTION",
                split = ",",
                description = "Only insert, update, delete, truncate, read or message. Replaces the whole filter.")
        private List<String> actions = List.of();

        @Option(
                names = "--where",
                paramLabel = "EXPRESSION",
                description = "Only events for which it is true. Replaces the whole filter.")
        private @Nullable String where;

        @Option(
                names = "--mode",
                paramLabel = "changes|rows",
                description = "rows: of several pending versions of a row only the newest, and no deletions.")
        private GroupsCommand.@Nullable Mode mode;

        @Option(
                names = "--retention",
                paramLabel = "trim|hold",
                description = "hold: the log is not trimmed beyond what this group has settled.")
        private GroupsCommand.@Nullable Keeping retention;

        @Option(names = "--no-filter", description = "Every event from now on.")
        private boolean noFilter;

        @Mixin
        private final Session session;

        Update(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            boolean filters = !tables.isEmpty() || !actions.isEmpty() || where != null;
            if (filters && noFilter) {
                throw new CommandFailed(
                        ExitCode.USAGE, "--no-filter and a filter exclude each other", "give one of the two");
            }
            GroupUpdate update = update();
            update = filters || noFilter ? update.filteredBy(tables, actions, where) : update;
            if (update.isNone()) {
                throw new CommandFailed(
                        ExitCode.USAGE, "nothing to change was given", "see: penstock groups update --help");
            }
            return show(session, session.client().updateGroup(group, update));
        }

        private GroupUpdate update() {
            GroupUpdate update = GroupUpdate.none();
            update = visibilityTimeout == null ? update : update.visibleAfter(visibilityTimeout);
            update = maxDeliveries == null ? update : update.atMostDelivered(maxDeliveries);
            update = deadLetterGroup == null ? update : update.deadLettersTo(deadLetterGroup);
            update = mode == null ? update : update.ofNewestRows(mode == GroupsCommand.Mode.rows);
            return retention == null ? update : update.holdingTheLog(retention == GroupsCommand.Keeping.hold);
        }
    }

    /** A group that delivers nothing for a while. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Stops a group's deliveries. Messages that are out can still be settled.")
    private static final class Pause implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Mixin
        private final Session session;

        Pause(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return show(session, session.client().pauseGroup(group));
        }
    }

    /** And delivers again. */
    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on with a group that was paused.")
    private static final class Resume implements Callable<Integer> {

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group = "";

        @Mixin
        private final Session session;

        Resume(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return show(session, session.client().resumeGroup(group));
        }
    }
}
