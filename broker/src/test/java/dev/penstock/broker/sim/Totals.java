package dev.penstock.broker.sim;

/** What happened over many seeds, so that a simulator that simulates nothing is noticed. */
final class Totals {
    long steps;
    long virtualMillis;
    long entries;
    long elections;
    long lostEntries;
    long survivors;
    long unknown;
    long unknownYetApplied;
    long crashes;
    long powerCuts;
    long installs;
    long events;
    long compareRefusals;
    long granted;
    long redelivered;
    long acks;
    long refusedPlans;
    long releases;
    long lateAnswers;
    long seeks;
    long deletes;
    long confirmations;

    @Override
    public String toString() {
        return steps + " steps, " + virtualMillis / 1000 + " s of virtual time, " + entries + " entries, " + elections
                + " elections, " + lostEntries + " entries lost and " + survivors + " outliving their leader, "
                + crashes
                + " crashes, " + powerCuts + " power cuts, " + installs + " snapshots installed, " + unknown
                + " unknown outcomes of which " + unknownYetApplied + " applied, " + events + " events, "
                + compareRefusals + " appends refused by the compare, " + granted + " messages granted, " + redelivered
                + " again, " + acks + " acked, " + refusedPlans + " plans refused, " + releases + " released, "
                + lateAnswers + " answers too late, " + seeks + " seeks, " + deletes + " deletes, " + confirmations
                + " confirmations";
    }
}
