package dev.penstock.broker.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;

/** One run of the program in this process. */
record CliRun(int exitCode, String out, String err) {

    /** As a user without context and environment. */
    static CliRun of(Path home, String... arguments) {
        return of(new Surroundings(Map.of(), home), arguments);
    }

    static CliRun of(Surroundings surroundings, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = PenstockCommand.commandLine(surroundings, new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(arguments);
        return new CliRun(exitCode, out.toString(), err.toString());
    }
}
