package dev.penstock.broker.sim;

/** Faults built in on purpose: each must be found, and by the check that is there for it. */
enum Sabotage {
    NONE("nothing"),

    // ---- the stream ----
    /** The machine stores a batch wherever the source stands. */
    NO_COMPARE("of the stream: expected"),
    /** The machine stores every batch that ends above what it has, also what of it is stored already. */
    STORE_OVERLAPS("of the stream: expected"),
    /** An append of unknown outcome is taken as not applied, and its events go out again after whatever the log has. */
    RELABEL_UNKNOWN("of the stream: expected", 1),
    /** An append of unknown outcome is taken as applied. */
    UNKNOWN_IS_STORED("Postgres was told", 2),
    /** The replicator hears "stored" as soon as it has proposed. */
    CONFIRM_EARLY("Postgres was told"),
    /** A bound that the log refused, because it stands elsewhere, is taken for accepted. */
    MISMATCH_IS_ACCEPTED("Postgres was told", 11),
    /** Raft counts what a member has received, whether or not it is on the disk. */
    COUNT_UNSYNCED("the made-up Raft is broken", 14),

    // ---- plans and leases ----
    /** Plans are stamped with the present term, whenever they were made. */
    IGNORE_PLANNED_TERM("a grant planned in term"),
    /** The machine does not compare the term of a plan with that of its entry. */
    APPLY_ANY_TERM("a grant planned in term", 15),
    /** The machine does not compare the generation and the scan position of a plan with the group's. */
    APPLY_STALE_PLANS(" grant"),
    /** The machine does not compare the plan version: what was planned under another filter, or before a pause, is done. */
    APPLY_OLD_PLAN_VERSIONS("[plan version of a grant", 7),
    /** The planner judges that the last event of a grant does not match. */
    SKIP_A_MATCH("is skipped for ever, but it matches"),
    /** Messages go out as soon as their grant is proposed. */
    HAND_OUT_EARLY("but the log says null"),
    /** Log time is advanced from the last applied stamp, which contains the time elapsed already. */
    CLOCK_RUNS_AWAY("before the lease on it ends"),
    /** Entries are applied with a stamp that is ahead, by up to a third of a second. */
    STAMP_AHEAD("before the lease on it ends"),

    // ---- what holders do ----
    /** A client is told that it is done as soon as its ack is proposed: a change of leaders forgets it. */
    ACK_EARLY("but a client had been told"),
    /** A client whose ack has an unknown outcome is told that it is done. */
    ACK_UNKNOWN_IS_OK("but a client had been told", 11),
    /** A lease that is extended ends at once. */
    CUT_EXTENDS("before the lease on it ends"),
    /** A release counts as a delivery. */
    COUNT_RELEASES("[deliveries of"),

    // ---- dead letters ----
    /** The machine lets no message die. */
    IMMORTAL("is granted, but it is dying"),
    /** What is dying is settled, and not kept. */
    DEAD_IS_DROPPED("did not settle offset"),
    /** A dead letter is stored with the event of another one. */
    DEAD_LETTER_OF_ANOTHER("has the event"),

    // ---- replicas ----
    /** A replica that restarts misses one entry of those fed again. */
    REPLAY_MISSES_ONE("digest, clock and replies at index");

    /** What the check that is meant to find it says. */
    final String sign;

    /** The seed that found it when it was looked for last: tried first. */
    final int firstSeed;

    Sabotage(String sign) {
        this(sign, 0);
    }

    Sabotage(String sign, int firstSeed) {
        this.sign = sign;
        this.firstSeed = firstSeed;
    }
}
