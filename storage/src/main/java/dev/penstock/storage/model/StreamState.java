package dev.penstock.storage.model;

/**
 * A stream as applied.
 *
 * @param earliest first offset still stored
 * @param end offset after the last event
 * @param bytes logical bytes stored (batch bytes), the same on every node
 * @param chain chained digest over (base offset, batch checksum) of every batch ever appended
 * @param retention how long events stay
 */
public record StreamState(int id, String name, long earliest, long end, long bytes, long chain, Retention retention) {

    /** No name of a source or of a stream that somebody gave can end so. */
    private static final String DEAD_LETTERS = ".dead";

    /** Of the stream that keeps the dead letters of all groups of a stream. */
    public static String deadLetterName(String stream) {
        return stream + DEAD_LETTERS;
    }

    /** Kept by the machine for itself: it has holes, no source, and no group can be on it. */
    public boolean isInternal() {
        return name.endsWith(DEAD_LETTERS);
    }

    public StreamState grown(long newEnd, long addedBytes, long newChain) {
        return new StreamState(id, name, earliest, newEnd, bytes + addedBytes, newChain, retention);
    }

    public StreamState trimmed(long newEarliest, long removedBytes) {
        return new StreamState(id, name, newEarliest, end, bytes - removedBytes, chain, retention);
    }

    public StreamState kept(Retention newRetention) {
        return new StreamState(id, name, earliest, end, bytes, chain, newRetention);
    }
}
