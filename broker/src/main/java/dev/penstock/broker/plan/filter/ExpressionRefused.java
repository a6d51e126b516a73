package dev.penstock.broker.plan.filter;

/**
 * An expression that is none: data for an answer. The message says where and what was expected, and shows the line with
 * carets under the fault.
 */
public final class ExpressionRefused extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    ExpressionRefused(String message, int line, int column) {
        super(message);
        this.line = line;
        this.column = column;
    }

    /** From 1. */
    public int line() {
        return line;
    }

    /** From 1, in characters (code points). */
    public int column() {
        return column;
    }
}
