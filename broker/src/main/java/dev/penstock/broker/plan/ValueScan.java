package dev.penstock.broker.plan;

import dev.penstock.broker.plan.filter.Judgement.Verdict;

/**
 * Judges events by their values within a budget of work, so that a filter that matches nothing holds up neither other
 * groups nor the thread that plans. One thread; for one plan after the other of a round.
 */
final class ValueScan {

    /** In bytes read and steps done: some milliseconds. */
    static final long BUDGET = 2 << 20;

    /** Of each event judged, about what its evaluation costs beyond what it reads. */
    private static final long EVENT_COST = 64;

    private final GroupFilter filter;
    private long left;

    ValueScan(GroupFilter filter, long budget) {
        this.filter = filter;
        this.left = budget;
    }

    /** No more events are to be judged in this round. Never so before the first. */
    boolean isSpent() {
        return left <= 0;
    }

    /** Whether an event whose route and action are wanted is to be handed out. */
    boolean matches(LogBatch batch, int i) {
        if (!filter.judgesValues()) {
            return true;
        }
        boolean packed = !batch.isDecoded();
        var judgement = filter.judge(batch, i);
        left -= EVENT_COST + judgement.cost();
        if (packed && batch.isDecoded()) {
            // Decompression runs at several times the speed of reading JSON.
            left -= batch.columns().bodyStart(batch.size()) / 4;
        }
        return judgement.verdict() != Verdict.DOES_NOT_MATCH;
    }
}
