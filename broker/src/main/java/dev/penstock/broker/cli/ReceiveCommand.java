package dev.penstock.broker.cli;

import dev.penstock.client.ItemResult;
import dev.penstock.client.Message;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.ReceiveOptions;
import dev.penstock.client.Received;
import dev.penstock.client.Settled;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One receive, for trying a group by hand. */
@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        description =
                "Receives messages of a group once and prints them. Without --ack they come back when their visibility"
                        + " timeout is over.",
        footer = {"", "Example: ./penstock receive workers --max 10 --wait 5s --ack"})
final class ReceiveCommand implements Callable<Integer> {

    @Parameters(paramLabel = "GROUP", description = "Its name.")
    private String group = "";

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "10",
            description = "At most so many messages, 1 to 1,000.")
    private int max = 10;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "0",
            description = "How long to wait for the first message.")
    private Duration waitTime = Duration.ZERO;

    @Option(
            names = "--visibility-timeout",
            paramLabel = "DURATION",
            description = "How long the messages are yours. Default: the group's.")
    private @Nullable Duration visibilityTimeout;

    @Option(names = "--ack", description = "Settle the messages after they are printed.")
    private boolean ack;

    @Mixin
    private final Session session;

    ReceiveCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PrintWriter out = session.out();
        PenstockClient client = session.client();
        ReceiveOptions options = ReceiveOptions.upTo(max).waiting(waitTime);
        if (visibilityTimeout != null) {
            options = options.visibleAfter(visibilityTimeout);
        }
        Received received = client.receive(group, options);
        for (Message message : received.messages()) {
            out.println(session.isJson() ? message.toJson() : line(message));
            if (!session.isJson() && message.filterError() != null) {
                out.println("    the filter failed on it: " + message.filterError());
            }
        }
        out.flush();
        if (received.messages().isEmpty()) {
            session.err().println("no message");
            return ExitCode.OK;
        }
        return ack ? settle(client, received) : ExitCode.OK;
    }

    private int settle(PenstockClient client, Received received) {
        Settled settled = client.ack(group, received.receipts());
        long lost = settled.results().stream().filter(result -> !result.ok()).count();
        session.err()
                .println("acked " + (settled.results().size() - lost) + " of "
                        + settled.results().size());
        if (lost > 0) {
            throw new CommandFailed(
                    ExitCode.CONFLICT,
                    lost + " messages could not be acked ("
                            + settled.results().stream()
                                    .map(ItemResult::error)
                                    .filter(error -> !error.isEmpty())
                                    .findFirst()
                                    .orElse("unknown")
                            + ")",
                    "they come back; use a longer --visibility-timeout");
        }
        return ExitCode.OK;
    }

    private static String line(Message message) {
        return message.deliveryCount() + "x  " + TailCommand.line(message.event());
    }
}
