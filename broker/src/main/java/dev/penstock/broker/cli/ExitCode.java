package dev.penstock.broker.cli;

/** What the process ends with; the same for all commands. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    /** Wrong arguments, or a wrong configuration file. */
    static final int USAGE = 2;

    static final int NOT_FOUND = 3;
    /** Something is there already, or is not in the state that the command needs. */
    static final int CONFLICT = 4;

    static final int AUTHENTICATION = 5;
    /** No node, no leader, no answer in time. */
    static final int UNAVAILABLE = 6;

    private ExitCode() {}
}
