package dev.penstock.broker.plan;

/** Plans the grants of one group for one round: several receives one after the other, which go into the same Raft entry. */
public sealed interface Planner permits GrantPlanner, KeyedPlanner {

    /** Up to {@code max} messages of up to {@code maxBytes}; the first message always fits. */
    Plan next(int max, long maxBytes);

    /** The plan made last is proposed: the next one of the round begins where it ends. */
    void accept(Plan plan);
}
