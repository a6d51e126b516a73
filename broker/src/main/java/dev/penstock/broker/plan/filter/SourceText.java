package dev.penstock.broker.plan.filter;

/** The text of an expression, for messages that show where in it something is. Immutable. */
record SourceText(String text) {

    /** Of a long line only the part around the fault is shown. */
    private static final int SHOWN_BEFORE = 60;

    private static final int SHOWN_AFTER = 40;

    /** Enough to recognise a part of the expression. */
    private static final int MAX_QUOTED = 60;

    /** @param to exclusive; a fault at the end of the text has from = to */
    ExpressionRefused refused(int from, int to, String what) {
        int lineStart = lineStart(from);
        int lineEnd = lineEnd(from);
        int line = 1
                + (int) text.substring(0, lineStart)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        int column = column(from);
        int before = Math.min(SHOWN_BEFORE, column - 1);
        int shownFrom = text.offsetByCodePoints(from, -before);
        int after = Math.min(SHOWN_AFTER, text.codePointCount(from, lineEnd));
        int shownTo = text.offsetByCodePoints(from, after);
        String lead = shownFrom > lineStart ? "…" : "";
        int marked = Math.max(1, text.codePointCount(from, Math.max(from, Math.min(to, shownTo))));
        String message = "line " + line + ", column " + column + ": " + what + "\n" + lead
                + printable(text.substring(shownFrom, shownTo)) + (shownTo < lineEnd ? "…" : "") + "\n"
                + " ".repeat(lead.length() + before) + "^".repeat(marked);
        return new ExpressionRefused(message, line, column);
    }

    /** A part of the expression with its place, for reasons that are told later. */
    String place(int from, int to) {
        String part = printable(text.substring(from, to));
        String quoted = part.length() > MAX_QUOTED ? part.substring(0, MAX_QUOTED) + "…" : part;
        int lineStart = lineStart(from);
        long line =
                1 + text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
        return "line " + line + ", column " + column(from) + " (" + quoted + ")";
    }

    /** From 1, in code points. */
    int column(int at) {
        return 1 + text.codePointCount(lineStart(at), at);
    }

    private int lineStart(int at) {
        return at == 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
    }

    private int lineEnd(int at) {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    /** One column for each code point, so that carets stand under what they mean. */
    private static String printable(String part) {
        StringBuilder shown = new StringBuilder(part.length());
        part.codePoints().forEach(c -> shown.appendCodePoint(isShown(c) ? c : Character.isWhitespace(c) ? ' ' : '?'));
        return shown.toString();
    }

    private static boolean isShown(int c) {
        return !Character.isISOControl(c)
                && Character.getType(c) != Character.FORMAT
                && Character.getType(c) != Character.SURROGATE;
    }
}
