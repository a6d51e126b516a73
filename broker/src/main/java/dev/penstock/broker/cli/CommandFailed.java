package dev.penstock.broker.cli;

/** A command that cannot do what it was asked: what and why, how to mend it, and the exit code. */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String remedy;

    /** @param remedy empty if the message says it all */
    CommandFailed(int exitCode, String message, String remedy) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.remedy = remedy;
    }

    int exitCode() {
        return exitCode;
    }

    String remedy() {
        return remedy;
    }
}
