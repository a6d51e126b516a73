package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * One Raft entry that this node proposed, from gathering to its end. The same object comes back with the entry when it is
 * applied here; that alone is the proof of its outcome. Its fields are written by the proposer's thread before the entry is
 * handed to Raft.
 */
final class Entry {
    enum Lane {
        LEASE,
        APPEND
    }

    final Lane lane;
    final List<Submission> submissions;
    /** Leadership under which it was gathered: a later one does not count it as outstanding any more. */
    final long reign;

    final int bytes;
    final long handedNanos;
    /** True if the window, not a lack of appends, kept more from going out with it. */
    final boolean windowWasFull;
    /** True if no other append was on its way. */
    final boolean alone;

    Entry(
            Lane lane,
            List<Submission> submissions,
            long reign,
            int bytes,
            long handedNanos,
            boolean windowWasFull,
            boolean alone) {
        this.lane = lane;
        this.submissions = submissions;
        this.reign = reign;
        this.bytes = bytes;
        this.handedNanos = handedNanos;
        this.windowWasFull = windowWasFull;
        this.alone = alone;
    }

    List<byte[]> commands() {
        List<byte[]> all = new ArrayList<>();
        submissions.forEach(s -> all.addAll(s.commands));
        return all;
    }

    /** On the apply thread. */
    void applied(Applied applied) {
        int next = 0;
        List<Reply> replies = applied.replies();
        for (Submission submission : submissions) {
            int end = next + submission.commands.size();
            submission.decided(applied.index(), replies.subList(next, end));
            next = end;
        }
    }

    boolean answered() {
        for (Submission submission : submissions) {
            if (!submission.future.isDone()) {
                return false;
            }
        }
        return true;
    }

    /** Submissions that have their answer already keep it. */
    void notDecided(NotDecided why) {
        submissions.forEach(s -> s.notDecided(why));
    }
}
