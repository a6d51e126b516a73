package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.LeaderView.Role;
import dev.penstock.storage.kv.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One member of the made-up Raft: its log and vote on disk, its role in memory. */
final class RaftPeer {

    /** A checkpoint of the machine, and where in the log it stands. */
    record Snapshot(long term, long index, InMemoryStore store) {}

    static final int NOBODY = -1;

    final int id;
    // On disk.
    long term;
    long baseTerm;
    long baseIndex;
    final List<LogEntry> log = new ArrayList<>();
    long synced;

    @Nullable
    Snapshot snapshot;
    // In memory.
    boolean up;
    Role role = Role.FOLLOWER;
    int leader = NOBODY;
    long commit;
    final long[] match;
    /** Own proposals of this leadership whose callers wait. */
    final List<LogEntry> waiting = new ArrayList<>();

    RaftPeer(int id, int members) {
        this.id = id;
        this.match = new long[members];
    }

    long last() {
        return baseIndex + log.size();
    }

    long termAt(long index) {
        return index == baseIndex ? baseTerm : entry(index).term();
    }

    LogEntry entry(long index) {
        return log.get(Math.toIntExact(index - baseIndex - 1));
    }

    boolean leads() {
        return up && role == Role.LEADER;
    }

    /** Raft's rule for votes: at least as much log as the voter. */
    boolean isUpToDateFor(RaftPeer voter) {
        long mine = termAt(last());
        long theirs = voter.termAt(voter.last());
        return mine > theirs || (mine == theirs && last() >= voter.last());
    }

    void truncate(long to) {
        while (last() > to) {
            log.remove(log.size() - 1);
        }
        synced = Math.min(synced, to);
    }

    /** Drops what a snapshot covers. */
    void purge(long to) {
        long term = termAt(to);
        log.subList(0, Math.toIntExact(to - baseIndex)).clear();
        baseIndex = to;
        baseTerm = term;
    }
}
