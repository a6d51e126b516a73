package dev.penstock.storage.model;

/**
 * Offsets of a group's messages that are not read from its stream but from the dead letters: they were dead, and were put
 * back. They lie above every offset of a log, so that neither a scan position nor a trim concerns them, and keep that of
 * their dead letter; the order by key takes them as earlier than all of the log. Stateless.
 */
public final class AsideOffset {

    /** No log comes near it: at a million events a second it takes 146,000 years. */
    public static final long BASE = 1L << 62;

    private AsideOffset() {}

    public static boolean isAside(long offset) {
        return offset >= BASE;
    }

    public static long of(long letter) {
        return BASE + letter;
    }

    /** The dead letter, which is also where its payload stands in the stream of the dead letters. */
    public static long letter(long asideOffset) {
        return asideOffset - BASE;
    }
}
