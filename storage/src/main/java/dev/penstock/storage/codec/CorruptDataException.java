package dev.penstock.storage.codec;

/** Bytes of a known format that contradict it: damaged, cut short, or never made by this program. */
public final class CorruptDataException extends StoredFormatException {
    private static final long serialVersionUID = 1L;

    /**
     * @param what what was being read, e.g. {@code batch index entry 7}
     * @param where byte position in it
     * @param seen what was expected and what was seen; never content
     */
    public CorruptDataException(String what, int where, String seen) {
        super(what + " is damaged at byte " + where + ": " + seen
                + "; compare the other nodes, and restore this node's data from a healthy one");
    }
}
