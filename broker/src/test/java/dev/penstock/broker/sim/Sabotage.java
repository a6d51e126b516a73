package dev.penstock.broker.sim;

/** Faults built in on purpose: each must be found by the checks. */
enum Sabotage {
    NONE,
    /** Plans are stamped with the present term, whenever they were made. */
    IGNORE_PLANNED_TERM,
    /** The replicator hears "stored" as soon as it has proposed. */
    CONFIRM_EARLY,
    /** An append of unknown outcome is taken as not applied, and its events go out again after whatever the log has. */
    RELABEL_UNKNOWN,
    /** A client whose ack has an unknown outcome is told that it is done. */
    ACK_UNKNOWN_IS_OK,
    /** The machine stores a batch wherever the source stands. */
    NO_COMPARE,
    /** Log time is advanced from the last applied stamp, which contains the time elapsed already. */
    CLOCK_RUNS_AWAY,
    /** Entries are applied with a stamp that is ahead. */
    STAMP_AHEAD,
    /** The planner judges that the last event of a grant does not match. */
    SKIP_A_MATCH,
    /** A release counts as a delivery. */
    COUNT_RELEASES,
    /** A replica that restarts misses one entry of those fed again. */
    REPLAY_MISSES_ONE
}
