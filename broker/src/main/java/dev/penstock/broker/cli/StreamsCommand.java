package dev.penstock.broker.cli;

import dev.penstock.client.PenstockClient;
import dev.penstock.client.StreamInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the log holds. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lists and shows streams.")
final class StreamsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    private StreamsCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new StreamsCommand());
        line.addSubcommand(new Ls(new Session(surroundings)));
        line.addSubcommand(new Show(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    private static void print(PrintWriter out, List<StreamInfo> streams) {
        TextTable table = new TextTable("stream", "events", "size", "earliest", "end");
        streams.forEach(stream -> table.row(
                stream.name(), stream.events(), Amounts.bytes(stream.bytes()), stream.earliest(), stream.latest()));
        table.print(out);
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
}
