package dev.penstock.broker.cli;

import dev.penstock.client.PenstockException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever ends a command into what, why and how to mend it, on standard error, and an exit code. */
final class Failures {

    private Failures() {}

    static void handledBy(CommandLine command) {
        command.setParameterExceptionHandler(Failures::wrongArguments);
        command.setExecutionExceptionHandler(Failures::failed);
    }

    private static int wrongArguments(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName(" ");
        if (e instanceof UnmatchedArgumentException unmatched && isUnknownCommand(command, unmatched)) {
            String word = unmatched.getUnmatched().get(0);
            String path = name.substring(name.indexOf(' ') + 1);
            err.println("penstock: unknown command '" + (path.equals(name) ? "" : path + " ") + shown(word) + "'"
                    + suggestions(unmatched.getSuggestions()));
        } else {
            err.println("penstock: " + e.getMessage());
        }
        err.println("  see: " + name + " --help");
        return ExitCode.USAGE;
    }

    private static boolean isUnknownCommand(CommandLine command, UnmatchedArgumentException e) {
        return !command.getSubcommands().isEmpty()
                && !e.getUnmatched().isEmpty()
                && !e.getUnmatched().get(0).startsWith("-");
    }

    private static String suggestions(List<String> names) {
        return names.isEmpty() ? "" : "; did you mean " + String.join(" or ", names) + "?";
    }

    private static String shown(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static int failed(Exception e, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (e instanceof CommandFailed failure) {
            print(err, String.valueOf(failure.getMessage()), failure.remedy());
            return failure.exitCode();
        }
        if (e instanceof PenstockException refusal) {
            String request = refusal.requestId().isEmpty() ? "" : " (request " + refusal.requestId() + ")";
            // The lines after the first show an expression with its fault: nothing is to stand behind them.
            String[] lines = refusal.detail().split("\n", 2);
            String more = lines.length > 1 ? "\n" + lines[1] : "";
            print(err, lines[0] + " [" + refusal.code() + "]" + request + more, remedyOf(refusal));
            return exitCodeOf(refusal);
        }
        err.println("penstock: this should not have happened; please report it with what follows");
        e.printStackTrace(err);
        return ExitCode.FAILURE;
    }

    /** @param message one problem per line */
    static void print(PrintWriter err, String message, String remedy) {
        message.lines().forEach(line -> err.println("penstock: " + shown(line)));
        if (!remedy.isEmpty()) {
            err.println("  fix: " + remedy);
        }
    }

    static int exitCodeOf(PenstockException e) {
        return switch (e.status()) {
            case 0, 429, 503, 504 -> ExitCode.UNAVAILABLE;
            case 400, 422 -> ExitCode.USAGE;
            case 401, 403 -> ExitCode.AUTHENTICATION;
            case 404 -> ExitCode.NOT_FOUND;
            case 409, 410, 412 -> ExitCode.CONFLICT;
            default -> ExitCode.FAILURE;
        };
    }

    private static String remedyOf(PenstockException e) {
        return switch (e.code()) {
            case PenstockException.UNREACHABLE ->
                "is a node running there? Check --url, PENSTOCK_URL, or ./penstock demo";
            case PenstockException.NO_ANSWER -> "it may have been applied; look, then repeat it";
            case PenstockException.TLS ->
                "name the certificate of the nodes' authority with --ca-file or PENSTOCK_CA_FILE, and the nodes as the"
                        + " certificates do";
            case "UNKNOWN_GROUP" -> "penstock groups ls shows what there is";
            case "UNKNOWN_STREAM" -> "penstock streams ls shows what there is";
            case "UNKNOWN_KEY" -> "penstock keys list shows what there is";
            case "MASTER_KEY" ->
                "give all nodes the same cluster.master_key (32 or more random characters, as penstock init writes it),"
                        + " then restart them one by one";
            case "NO_LEADER" -> "penstock cluster shows which nodes are up; a majority is needed";
            default ->
                switch (e.status()) {
                    case 401 ->
                        "check --token or PENSTOCK_TOKEN: <id>.<secret> of a key that is not revoked, made by penstock keys"
                                + " create or in the nodes' penstock.yaml";
                    case 403 -> "use a key with the scope that this needs, such as admin";
                    default -> "";
                };
        };
    }
}
