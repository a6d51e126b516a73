package dev.penstock.storage.codec;

/** Bytes of a version, tag or flag that this program does not know: written by a newer one. Never skipped. */
public final class UnknownFormatException extends StoredFormatException {
    private static final long serialVersionUID = 1L;

    public UnknownFormatException(String what, long seen, String known) {
        super(what + " " + seen + " is unknown to this version, which knows " + known
                + "; run a version of Penstock at least as new as the one that wrote it");
    }
}
