package dev.penstock.broker.cli;

import dev.penstock.broker.config.Sizes;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.StreamInfo;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
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

/** What the log holds. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lists and shows streams, and says how long their events stay.")
final class StreamsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    private StreamsCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new StreamsCommand());
        line.addSubcommand(new Ls(new Session(surroundings)));
        line.addSubcommand(new Show(new Session(surroundings)));
        line.addSubcommand(new Retain(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    private static void print(PrintWriter out, List<StreamInfo> streams) {
        TextTable table = new TextTable("stream", "events", "size", "earliest", "end", "retention");
        streams.forEach(stream -> table.row(
                stream.name(),
                stream.events(),
                Amounts.bytes(stream.bytes()),
                stream.earliest(),
                stream.latest(),
                retention(stream)));
        table.print(out);
    }

    private static String retention(StreamInfo stream) {
        StreamInfo.Retention kept = stream.retention();
        if (kept == null) {
            return "everything";
        }
        List<String> limits = new ArrayList<>();
        if (kept.time() != null) {
            limits.add(Amounts.age(DurationOption.parse(kept.time()).toMillis() / 1e3));
        }
        if (kept.bytes() != null) {
            limits.add(Amounts.bytes(kept.bytes()));
        }
        return String.join(", ", limits);
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists all streams.")
    private static final class Ls implements Callable<Integer> {

        @Mixin
        private final Session session;

        Ls(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PrintWriter out = session.out();
            PenstockClient client = session.client();
            if (session.isJson()) {
                out.println(client.json("/v1/streams"));
            } else {
                print(out, client.streams());
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one stream.")
    private static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "STREAM", description = "Its name.")
        private String stream = "";

        @Mixin
        private final Session session;

        Show(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PrintWriter out = session.out();
            PenstockClient client = session.client();
            if (session.isJson()) {
                out.println(client.json("/v1/streams/" + Names.inPath(stream)));
            } else {
                print(out, List.of(client.stream(stream)));
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "retention",
            mixinStandardHelpOptions = true,
            description =
                    "Says how long a stream's events stay; without an option, how long they do. What is over a limit is"
                            + " trimmed, oldest first; groups that had not settled it lose it, unless they hold the log"
                            + " (penstock groups update GROUP --retention hold).",
            footer = {"", "Example: ./penstock streams retention main --time 7d --bytes 20GiB"})
    private static final class Retain implements Callable<Integer> {

        @Parameters(paramLabel = "STREAM", description = "Its name.")
        private String stream = "";

        @Option(names = "--time", paramLabel = "DURATION", description = "How long an event stays. Default: no limit.")
        private @Nullable Duration time;

        @Option(
                names = "--bytes",
                paramLabel = "SIZE",
                description = "How much stays; every node holds a copy of it. Default: no limit.")
        private @Nullable String bytes;

        @Option(
                names = "--hold-bytes",
                paramLabel = "SIZE",
                description = "Up to how much groups that hold the log are waited for. Default: twice --bytes, at least"
                        + " 10GiB.")
        private @Nullable String holdBytes;

        @Option(names = "--unlimited", description = "Keep everything.")
        private boolean unlimited;

        @Mixin
        private final Session session;

        Retain(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            boolean limits = time != null || bytes != null;
            if ((limits || holdBytes != null) && unlimited) {
                throw new CommandFailed(
                        ExitCode.USAGE, "--unlimited and a limit exclude each other", "give one of the two");
            }
            if (holdBytes != null && !limits) {
                throw new CommandFailed(
                        ExitCode.USAGE, "--hold-bytes needs a limit", "give --time, --bytes or both with it");
            }
            PenstockClient client = session.client();
            StreamInfo now = limits || unlimited
                    ? client.retain(stream, time, size("--bytes", bytes), size("--hold-bytes", holdBytes))
                    : client.stream(stream);
            if (session.isJson()) {
                session.out().println(client.json("/v1/streams/" + Names.inPath(stream)));
            } else {
                print(session.out(), List.of(now));
            }
            return ExitCode.OK;
        }

        private static @Nullable Long size(String option, @Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                return Sizes.parseBytes(text);
            } catch (IllegalArgumentException e) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "expected a size such as 20GiB for " + option + ", but got '" + text + "'",
                        "give a whole number with KiB, MiB, GiB or TiB");
            }
        }
    }
}
