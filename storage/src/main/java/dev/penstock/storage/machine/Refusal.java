package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;

/** Refusals that several handlers give. */
final class Refusal {

    private Refusal() {}

    static Rejected malformed(String detail) {
        return new Rejected(Rejection.MALFORMED, detail);
    }

    static Rejected unknownSource(int streamId) {
        return new Rejected(Rejection.UNKNOWN_SOURCE, "expected a source, but stream " + streamId + " has none");
    }

    static Rejected unknownStream(int streamId) {
        return new Rejected(Rejection.UNKNOWN_STREAM, "expected a stream, but there is no stream " + streamId);
    }

    static Rejected unknownGroup(int groupId) {
        return new Rejected(Rejection.UNKNOWN_GROUP, "expected a group, but there is no group " + groupId);
    }

    static Rejected staleGeneration(Group group, long generation) {
        return new Rejected(
                Rejection.STALE_GENERATION,
                "expected generation " + group.generation + " of group " + group.id + ", but got " + generation);
    }

    static Rejected staleTerm(Entry entry) {
        return new Rejected(
                Rejection.STALE_TERM,
                "expected a plan of term " + entry.term + ", but it was made in term " + entry.planningTerm);
    }
}
