package dev.penstock.broker.cli;

import dev.penstock.client.Event;
import dev.penstock.client.EventPage;
import dev.penstock.client.PenstockClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Follows a stream. Reads the log only: no group, no lease. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Prints the events of a stream as they come, until Ctrl-C.",
        footer = {"", "Example: ./penstock tail main --from earliest --limit 10"})
final class TailCommand implements Callable<Integer> {

    private static final int PAGE_EVENTS = 200;

    /** Long enough to ask rarely, short enough for any proxy on the way. */
    private static final Duration WAIT = Duration.ofSeconds(20);

    @Parameters(paramLabel = "STREAM", description = "Its name, such as main.")
    private String stream = "";

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "latest",
            description = "earliest, latest (only what comes now) or an offset. Default: ${DEFAULT-VALUE}.")
    private String from = "latest";

    @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "End after so many events.")
    private long limit;

    @Mixin
    private final Session session;

    TailCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PenstockClient client = session.client();
        PrintWriter out = session.out();
        String offset = firstOffset(client);
        long left = limit > 0 ? limit : Long.MAX_VALUE;
        while (left > 0 && !out.checkError()) {
            EventPage page = client.events(stream, offset, (int) Math.min(PAGE_EVENTS, left), WAIT);
            page.events().forEach(event -> out.println(session.isJson() ? event.toString() : line(event)));
            out.flush();
            left -= page.events().size();
            offset = page.next();
        }
        return ExitCode.OK;
    }

    private String firstOffset(PenstockClient client) {
        if (from.equals("latest")) {
            return client.stream(stream).latest();
        }
        if (from.equals("earliest")) {
            return client.stream(stream).earliest();
        }
        if (!from.matches("[0-9]{1,18}")) {
            throw new CommandFailed(
                    ExitCode.USAGE, "expected --from earliest, latest or an offset, but got '" + from + "'", "");
        }
        return from;
    }

    static String line(Event event) {
        String table = event.table().isEmpty() ? "-" : event.schema() + "." + event.table();
        String time = event.metadata().path("commit_timestamp").asText("-");
        return event.offset() + "  " + time + "  " + event.action() + "  " + table + "  " + event.key() + "  "
                + event.row();
    }
}
