package dev.penstock.storage.model;

/**
 * The identity of a change at its source: our own epoch counter, the commit LSN of its transaction (a non-transactional
 * message: its own LSN) and its ordinal in the transaction, from 0. Totally ordered in this sequence; the log of one
 * source is strictly rising in it.
 */
public record SourcePosition(int epoch, Lsn commitLsn, long ordinal) implements Comparable<SourcePosition> {

    /** The position before the first event of a source: no event has LSN 0/0. */
    public static final SourcePosition ORIGIN = new SourcePosition(0, Lsn.ZERO, 0);

    public boolean isAfter(SourcePosition other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(SourcePosition other) {
        int byEpoch = Integer.compare(epoch, other.epoch);
        if (byEpoch != 0) {
            return byEpoch;
        }
        int byLsn = commitLsn.compareTo(other.commitLsn);
        return byLsn != 0 ? byLsn : Long.compare(ordinal, other.ordinal);
    }

    @Override
    public String toString() {
        return "(epoch " + epoch + ", " + commitLsn + ", " + ordinal + ")";
    }
}
