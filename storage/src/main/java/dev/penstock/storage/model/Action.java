package dev.penstock.storage.model;

/** What an event says. The code is stored format: never renumber. */
public enum Action {
    INSERT(1, "insert"),
    UPDATE(2, "update"),
    DELETE(3, "delete"),
    TRUNCATE(4, "truncate"),
    /** An existing row, copied by a backfill. */
    READ(5, "read"),
    /** A logical message ({@code pg_logical_emit_message}). */
    MESSAGE(6, "message"),
    /** The source could not supply or prove a range of changes. Reaches every group whatever its filter. */
    GAP(7, "gap");

    private static final Action[] BY_CODE = new Action[8];

    static {
        for (Action action : values()) {
            BY_CODE[action.code] = action;
        }
    }

    private final int code;
    private final String word;

    Action(int code, String word) {
        this.code = code;
        this.word = word;
    }

    public int code() {
        return code;
    }

    /** The word of the outside contract, e.g. {@code "insert"}. */
    public String word() {
        return word;
    }

    /** Throws {@link IllegalArgumentException} on a code this version does not know. */
    public static Action ofCode(int code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("expected an action code 1 to 7, but got " + code);
        }
        return BY_CODE[code];
    }
}
