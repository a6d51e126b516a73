package dev.penstock.broker.cli;

import dev.penstock.client.ClientContext;
import dev.penstock.client.ClientOptions;
import dev.penstock.client.PenstockClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What all client commands share: which node and key (flags, else the environment, else the context that a running demo
 * wrote), and in which form data is written.
 */
final class Session {

    /** Outlasts an election; who sits before a terminal does not want to wait longer for bad news. */
    private static final Duration RETRY_FOR = Duration.ofSeconds(3);

    /** The forms of data. */
    enum Form {
        /** For people. */
        TABLE,
        /** As the API gave it. */
        JSON
    }

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Node to talk to, or several parted by commas. Default: PENSTOCK_URL, else a running demo.")
    private String url = "";

    @Option(
            names = "--token",
            paramLabel = "ID.SECRET",
            description = "Key to use. Default: PENSTOCK_TOKEN, else that of a running demo.")
    private String token = "";

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description =
                    "Certificates in PEM to trust when the URL is https. Default: PENSTOCK_CA_FILE, else those that Java"
                            + " trusts.")
    private String caFile = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table (for people) or json (as the API gives it). Default: ${DEFAULT-VALUE}.")
    private Form form = Form.TABLE;

    /** The command that these options are part of. */
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private final Surroundings surroundings;

    Session(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    boolean isJson() {
        return form == Form.JSON;
    }

    PrintWriter out() {
        return Objects.requireNonNull(command).commandLine().getOut();
    }

    PrintWriter err() {
        return Objects.requireNonNull(command).commandLine().getErr();
    }

    PenstockClient client() {
        Optional<ClientContext> context = context();
        String chosenUrl = first(url, surroundings.variable("PENSTOCK_URL"));
        // The context's token belongs to the context's nodes: it is not shown to others.
        boolean contextFits = context.isPresent()
                && (chosenUrl.isEmpty() || chosenUrl.equals(context.get().url()));
        String chosenToken = first(token, surroundings.variable("PENSTOCK_TOKEN"));
        if (contextFits) {
            chosenUrl = context.get().url();
            chosenToken = first(chosenToken, context.get().token());
        }
        if (chosenUrl.isEmpty()) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "no node to talk to",
                    "give --url http://host:7800, or set PENSTOCK_URL, or run ./penstock demo in another terminal");
        }
        if (chosenToken.isEmpty()) {
            throw new CommandFailed(
                    ExitCode.AUTHENTICATION,
                    "no key for " + chosenUrl,
                    "give --token <id>.<secret>, or set PENSTOCK_TOKEN; keys stand in the nodes' penstock.yaml");
        }
        try {
            return new PenstockClient(urls(chosenUrl), chosenToken, options());
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()), "");
        }
    }

    private ClientOptions options() {
        ClientOptions options = ClientOptions.defaults().withRetryFor(RETRY_FOR);
        String chosen = first(caFile, surroundings.variable("PENSTOCK_CA_FILE"));
        if (chosen.isEmpty()) {
            return options;
        }
        try {
            return options.withCaFile(Path.of(chosen));
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "the certificates in " + chosen + " cannot be used (" + e.getMessage() + ")",
                    "name a file of certificates in PEM with --ca-file or PENSTOCK_CA_FILE");
        }
    }

    private Optional<ClientContext> context() {
        Path place = ClientContext.usualPlace(
                surroundings.environment(), surroundings.home().toString());
        try {
            return ClientContext.read(place);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILURE, "the context of the demo cannot be used: " + e.getMessage(), "");
        }
    }

    private static List<URI> urls(String text) {
        List<URI> urls = new ArrayList<>();
        for (String url : text.split(",", -1)) {
            urls.add(URI.create(url.strip()));
        }
        return urls;
    }

    private static String first(String one, String other) {
        return one.isEmpty() ? other : one;
    }
}
