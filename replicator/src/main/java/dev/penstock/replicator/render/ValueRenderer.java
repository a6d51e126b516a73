package dev.penstock.replicator.render;

/** Writes a value of one type, given as Postgres' text, as one JSON value. Stateless. */
interface ValueRenderer {

    /** Never fails for a value: text that is not of the type is written as a JSON string and counted. */
    void render(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException;

    /** Writes the text as a string because it is not what the type's text looks like. */
    static void asText(byte[] text, int from, int to, JsonBytes out) throws EventTooLargeException {
        out.countAsText();
        out.string(text, from, to);
    }
}
