package dev.penstock.broker.http;

import java.util.Map;

/** A refused request: data for the answer, not a fault. Carries no stack trace. */
public final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Enough to recognise a name, too little to flood a log or an answer with foreign text. */
    private static final int SHOWN_CHARACTERS = 80;

    private final Problem problem;
    private final transient Map<String, String> members;

    public HttpFailure(Problem problem, String detail) {
        this(problem, detail, Map.of());
    }

    /** @param members further members of the problem object */
    public HttpFailure(Problem problem, String detail, Map<String, String> members) {
        super(detail, null, false, false);
        this.problem = problem;
        this.members = Map.copyOf(members);
    }

    public static HttpFailure invalid(String detail) {
        return new HttpFailure(Problem.INVALID_REQUEST, detail);
    }

    static HttpFailure malformed(String detail) {
        return new HttpFailure(Problem.MALFORMED_REQUEST, detail);
    }

    /** Text of the client as it may stand in a message: cut, and without control characters. */
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < SHOWN_CHARACTERS; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return text.length() > SHOWN_CHARACTERS ? shown + "…" : shown.toString();
    }

    public Problem problem() {
        return problem;
    }

    public String detail() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    public Map<String, String> members() {
        return members;
    }
}
