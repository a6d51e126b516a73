package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Transaction;
import java.util.TreeMap;
import java.util.TreeSet;

/** What handlers share while one Raft entry is applied. */
final class Entry {

    final Transaction tx;
    final long term;
    final long index;
    final long planningTerm;
    /** Log time of this entry. */
    final long clockMillis;
    /** For people; never compared. */
    final long wallMillis;

    final TreeSet<Integer> grownStreams = new TreeSet<>();
    final TreeSet<Integer> freedGroups = new TreeSet<>();
    /** Of ordered groups: keys of messages that were settled, and routes of which nothing is unsettled now. */
    final TreeMap<Integer, TreeSet<Long>> freedKeys = new TreeMap<>();

    /** Ordered groups of which a grant was refused: those behind it in this entry were planned upon it. */
    final TreeSet<Integer> refusedGrants = new TreeSet<>();

    private int nextLeaseOrdinal;

    Entry(Transaction tx, long term, long index, Envelope envelope, long clockMillis) {
        this.tx = tx;
        this.term = term;
        this.index = index;
        this.planningTerm = envelope.planningTerm();
        this.clockMillis = clockMillis;
        this.wallMillis = envelope.wallMillis();
    }

    /** Planned by a leader of this very term, so that nothing it did not know of can lie between plan and entry. */
    boolean isPlannedInItsTerm() {
        return planningTerm == term;
    }

    /** The first of so many lease ordinals, unique in the entry. */
    int takeOrdinals(int count) {
        int first = nextLeaseOrdinal;
        nextLeaseOrdinal += count;
        return first;
    }

    /** Log time after the delay; never overflows. */
    long after(long delayMillis) {
        long due = clockMillis + delayMillis;
        return due < clockMillis ? Long.MAX_VALUE - 1 : due;
    }
}
