package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.LeaderView.Role;
import dev.penstock.broker.raft.SimulatedRaft.Handed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Raft among three members, a message at a time, with its real rules: a log is replicated and truncated by terms, an entry
 * is committed when a majority has it on disk and it, or one after it, is of the leader's own term; votes go to longer
 * logs. So what becomes of an old leader's entries is what Raft would make of them. Elections happen in one piece.
 */
final class FakeRaft {

    static final int MEMBERS = 3;
    private static final int MAJORITY = 2;
    private static final int MAX_ENTRIES_PER_MESSAGE = 4;

    /** What the node around a member is told. */
    interface Host {
        /** The process that is running. */
        Object process();

        void notLeader();

        /** A checkpoint takes the place of the state. */
        void install(RaftPeer.Snapshot snapshot);

        /** Later, on a thread of Raft's. */
        void later(Runnable task);
    }

    private final World world;
    private final List<RaftPeer> peers = new ArrayList<>();
    private final Host[] hosts = new Host[MEMBERS];
    private final boolean[][] cut = new boolean[MEMBERS][MEMBERS];
    /** Every entry that was ever committed, from index 1. */
    private final List<LogEntry> committed = new ArrayList<>();
    /** Every entry that a proposer handed over, whatever became of it. */
    private final List<LogEntry> proposed = new ArrayList<>();

    FakeRaft(World world) {
        this.world = world;
        for (int i = 0; i < MEMBERS; i++) {
            peers.add(new RaftPeer(i, MEMBERS));
        }
    }

    void host(int id, Host host) {
        hosts[id] = host;
    }

    RaftPeer peer(int id) {
        return peers.get(id);
    }

    List<LogEntry> committed() {
        return committed;
    }

    /** The leader of the highest term, whatever others believe. */
    @Nullable
    RaftPeer leader() {
        RaftPeer best = null;
        for (RaftPeer peer : peers) {
            if (peer.leads() && (best == null || peer.term > best.term)) {
                best = peer;
            }
        }
        return best;
    }

    /** Adds up what callers were left to guess. */
    void countUnknown(Totals totals) {
        for (LogEntry entry : proposed) {
            Handed handed = entry.handed();
            if (handed != null && handed.toldUnknown()) {
                boolean held = entry.index() <= committed.size()
                        && committed.get(Math.toIntExact(entry.index() - 1)).equals(entry);
                totals.unknownApplied += held ? 1 : 0;
                totals.unknownLost += held ? 0 : 1;
            }
        }
    }

    // ---- the network ----

    void cut(int one, int other, boolean isCut) {
        cut[one][other] = isCut;
        cut[other][one] = isCut;
    }

    void heal() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    private boolean reaches(RaftPeer one, RaftPeer other) {
        return one.up && other.up && !cut[one.id][other.id];
    }

    // ---- elections ----

    void elect(int id) {
        RaftPeer candidate = peers.get(id);
        if (!candidate.up || candidate.leads()) {
            return;
        }
        List<RaftPeer> voters = new ArrayList<>();
        long newTerm = candidate.term;
        for (RaftPeer peer : peers) {
            if (peer == candidate || (reaches(candidate, peer) && candidate.isUpToDateFor(peer))) {
                voters.add(peer);
                newTerm = Math.max(newTerm, peer.term);
            }
        }
        if (voters.size() < MAJORITY) {
            return;
        }
        newTerm++;
        for (RaftPeer voter : voters) {
            seeTerm(voter, newTerm);
        }
        candidate.role = Role.LEADER;
        candidate.leader = id;
        Arrays.fill(candidate.match, 0);
        candidate.log.add(
                new LogEntry(newTerm, candidate.last() + 1, null, hosts[id].process(), null, null, world.nowNanos));
        world.totals.elections++;
        world.note(newTerm);
        world.trace("elected in term", id, newTerm);
    }

    private void seeTerm(RaftPeer peer, long term) {
        if (peer.term < term) {
            peer.term = term;
            stepDown(peer);
            peer.leader = RaftPeer.NOBODY;
        }
    }

    /** Also without a higher term: a leader that cannot reach a majority gives up. */
    void stepDown(RaftPeer peer) {
        if (peer.role != Role.LEADER) {
            return;
        }
        world.trace("steps down from term", peer.id, peer.term);
        peer.role = Role.FOLLOWER;
        peer.leader = RaftPeer.NOBODY;
        List<LogEntry> waiting = List.copyOf(peer.waiting);
        peer.waiting.clear();
        world.totals.depositions++;
        world.totals.depositionsInFlight += waiting.isEmpty() ? 0 : 1;
        boolean before = world.random.nextBoolean();
        if (before) {
            fail(peer, waiting);
        }
        hosts[peer.id].notLeader();
        if (!before) {
            fail(peer, waiting);
        }
    }

    /** Callers hear of it now, later or never. */
    private void fail(RaftPeer peer, List<LogEntry> waiting) {
        for (LogEntry entry : waiting) {
            CompletableFuture<@Nullable Void> ended = entry.ended();
            if (ended == null || world.oneIn(20)) {
                continue;
            }
            Runnable end = () -> ended.completeExceptionally(new IllegalStateException("not the leader any more"));
            if (world.random.nextBoolean()) {
                end.run();
            } else {
                hosts[peer.id].later(end);
            }
        }
    }

    // ---- entries ----

    /** @param stampedNanos true time of the stamp in it */
    CompletableFuture<?> propose(int id, Object process, Handed handed, byte[] content, long stampedNanos) {
        RaftPeer peer = peers.get(id);
        if (!peer.leads()) {
            return CompletableFuture.failedFuture(new IllegalStateException("not the leader"));
        }
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        LogEntry entry = new LogEntry(peer.term, peer.last() + 1, content, process, handed, ended, stampedNanos);
        proposed.add(entry);
        peer.log.add(entry);
        peer.waiting.add(entry);
        world.trace("proposes", id, entry.index());
        return ended;
    }

    /** The disk has more of the log now. */
    void sync(int id) {
        RaftPeer peer = peers.get(id);
        if (peer.up && peer.synced < peer.last()) {
            peer.synced = world.rough
                    ? peer.synced + 1 + world.below(Math.toIntExact(peer.last() - peer.synced))
                    : peer.last();
            advance(peer);
        }
    }

    /** One message from one member to another, and its answer, if it is not lost. */
    void replicate(int from, int to) {
        RaftPeer leader = peers.get(from);
        RaftPeer follower = peers.get(to);
        if (from == to || !leader.leads() || !reaches(leader, follower) || world.mishap(10)) {
            return;
        }
        if (follower.term > leader.term) {
            seeTerm(leader, follower.term);
            return;
        }
        seeTerm(follower, leader.term);
        follower.leader = from;
        long match = Math.min(leader.last(), follower.last());
        long least = Math.max(leader.baseIndex, follower.baseIndex);
        if (match < least) {
            install(leader, follower);
            return;
        }
        while (match > least && leader.termAt(match) != follower.termAt(match)) {
            match--;
        }
        if (leader.termAt(match) != follower.termAt(match)) {
            if (follower.baseIndex < match) {
                // Entries of a lost term, where the leader has purged.
                install(leader, follower);
                return;
            }
            throw new AssertionError("the made-up Raft is broken: a follower's snapshot is of another history");
        }
        long sent = send(leader, follower, match);
        if (!world.mishap(10)) {
            leader.match[to] = Math.max(leader.match[to], Math.min(held(follower), sent));
            advance(leader);
        }
        // As in Ratis, a follower takes for committed only what is on its own disk.
        follower.commit = Math.max(follower.commit, Math.min(leader.commit, Math.min(sent, follower.synced)));
    }

    private long send(RaftPeer leader, RaftPeer follower, long match) {
        long sent = Math.min(leader.last(), match + world.below(MAX_ENTRIES_PER_MESSAGE + 1));
        if (sent > match && follower.last() > match) {
            if (follower.commit > match) {
                throw new AssertionError("the made-up Raft is broken: it would undo a committed entry");
            }
            world.totals.lostEntries += follower.last() - match;
            world.trace("truncates to", follower.id, match);
            follower.truncate(match);
        }
        for (long i = match + 1; i <= sent; i++) {
            follower.log.add(leader.entry(i));
        }
        return sent;
    }

    /** The leader has purged what this follower needs. */
    private void install(RaftPeer leader, RaftPeer follower) {
        RaftPeer.Snapshot snapshot = leader.snapshot;
        if (snapshot == null || snapshot.index() <= follower.commit) {
            return;
        }
        world.totals.installs++;
        world.trace("installs snapshot", follower.id, snapshot.index());
        follower.log.clear();
        follower.baseIndex = snapshot.index();
        follower.baseTerm = snapshot.term();
        follower.synced = snapshot.index();
        follower.commit = snapshot.index();
        hosts[follower.id].install(snapshot);
    }

    /** What a member may say it holds: what is on its disk. */
    private long held(RaftPeer peer) {
        return world.sabotage == Sabotage.COUNT_UNSYNCED ? peer.last() : peer.synced;
    }

    private void advance(RaftPeer leader) {
        if (!leader.leads()) {
            return;
        }
        long[] held = leader.match.clone();
        held[leader.id] = held(leader);
        Arrays.sort(held);
        long majority = held[MEMBERS - MAJORITY];
        if (majority <= leader.commit || leader.termAt(majority) != leader.term) {
            return;
        }
        for (long i = leader.commit + 1; i <= majority; i++) {
            commit(leader, i);
        }
        leader.commit = majority;
    }

    private void commit(RaftPeer leader, long index) {
        LogEntry entry = leader.entry(index);
        if (index <= committed.size()) {
            if (!committed.get(Math.toIntExact(index - 1)).equals(entry)) {
                throw new AssertionError("the made-up Raft is broken: two entries were committed at index " + index);
            }
            return;
        }
        committed.add(entry);
        world.totals.entries++;
        if (entry.term() < leader.term) {
            world.totals.survivors++;
        }
    }

    // ---- processes and power ----

    /** What is not on the disk may be gone. */
    void crash(int id) {
        RaftPeer peer = peers.get(id);
        peer.up = false;
        peer.role = Role.FOLLOWER;
        long kept = peer.synced + world.below(Math.toIntExact(peer.last() - peer.synced) + 1);
        world.totals.lostEntries += peer.last() - kept;
        peer.truncate(kept);
        peer.synced = kept;
        peer.waiting.clear();
    }

    void start(int id) {
        RaftPeer peer = peers.get(id);
        peer.up = true;
        peer.role = Role.FOLLOWER;
        peer.leader = RaftPeer.NOBODY;
        RaftPeer.Snapshot snapshot = peer.snapshot;
        peer.commit = snapshot == null ? 0 : snapshot.index();
    }
}
