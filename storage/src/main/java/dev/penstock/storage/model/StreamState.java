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
