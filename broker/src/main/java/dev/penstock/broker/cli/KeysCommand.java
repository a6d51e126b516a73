package dev.penstock.broker.cli;

import dev.penstock.client.IssuedKey;
import dev.penstock.client.KeyInfo;
import dev.penstock.client.PenstockClient;
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

/** Keys of the API: what an administrator does with them. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Creates, lists, rotates and revokes keys, which serve as bearer tokens and as AWS credentials.")
final class KeysCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    private KeysCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine line = new CommandLine(new KeysCommand());
        line.addSubcommand(new Ls(new Session(surroundings)));
        line.addSubcommand(new Create(new Session(surroundings)));
        line.addSubcommand(new Rotate(new Session(surroundings)));
        line.addSubcommand(new Revoke(new Session(surroundings)));
        return line;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(line.getErr());
        return ExitCode.USAGE;
    }

    private static void show(Session session, IssuedKey key) {
        if (session.isJson()) {
            session.out().println(key.toJson());
        } else {
            session.out().println("id      " + key.id());
            session.out().println("secret  " + key.secret());
            session.out().println("token   " + key.token());
            session.out().println("scopes  " + String.join(" ", key.scopes()));
        }
        session.err().println("This is the only time that the secret is shown: keep it where secrets are kept.");
    }

    /** All keys. */
    @Command(
            name = "list",
            aliases = "ls",
            mixinStandardHelpOptions = true,
            description = "Lists all keys, revoked ones too.")
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
                session.out().println(client.json("/v1/keys"));
                return ExitCode.OK;
            }
            TextTable table = new TextTable("key", "state", "origin", "created", "scopes", "old secret for");
            for (KeyInfo key : client.keys()) {
                table.row(
                        key.id(),
                        key.state(),
                        key.origin(),
                        key.createdAt(),
                        String.join(" ", key.scopes()),
                        key.previousValidFor());
            }
            table.print(session.out());
            return ExitCode.OK;
        }
    }

    /** A new key. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Creates a key and shows its secret, once.",
            footer = {"", "Example: ./penstock keys create orders-app --scope 'consume:orders-*' --scope read:main"})
    private static final class Create implements Callable<Integer> {

        @Parameters(
                paramLabel = "ID",
                arity = "0..1",
                description = "Letters, digits, hyphens, underscores. Default: one is made.")
        private @Nullable String id;

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                split = ",",
                required = true,
                description =
                        "admin, monitor, consume:GROUP, read:STREAM or send:QUEUE, where * in a name stands for any"
                                + " characters; may be repeated.")
        private List<String> scopes = List.of();

        @Mixin
        private final Session session;

        Create(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            show(session, session.client().createKey(id, scopes));
            return ExitCode.OK;
        }
    }

    /** A new secret for a key. */
    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = "Gives a key a new secret and shows it, once; the old one stays good for a while.",
            footer = {"", "Example: ./penstock keys rotate orders-app --overlap 1h"})
    private static final class Rotate implements Callable<Integer> {

        @Parameters(paramLabel = "ID", description = "Of the key.")
        private String id = "";

        @Option(
                names = "--overlap",
                paramLabel = "DURATION",
                defaultValue = "12h",
                description = "How long the old secret stays good; 0 = not at all. Default: ${DEFAULT-VALUE}.")
        private Duration overlap = Duration.ofHours(12);

        @Mixin
        private final Session session;

        Rotate(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            show(session, session.client().rotateKey(id, overlap));
            return ExitCode.OK;
        }
    }

    /** The end of a key. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Voids a key for ever, on all nodes at once; its id is not used again.")
    private static final class Revoke implements Callable<Integer> {

        @Parameters(paramLabel = "ID", description = "Of the key.")
        private String id = "";

        @Option(names = "--previous", description = "Only the secret from before the last rotation.")
        private boolean previous;

        @Mixin
        private final Session session;

        Revoke(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.client().revokeKey(id, previous);
            session.err().println(previous ? "the old secret of " + id + " is void" : id + " is revoked");
            return ExitCode.OK;
        }
    }
}
