package dev.penstock.broker.deliver;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Judges the answers of an ordered group by what the log holds, and by nothing of the planner's or the machine's. */
final class KeyOrderChecker {

    private final List<KeyedEvents.Seen> events;
    private final Set<Integer> delivered = new HashSet<>();
    private final Set<Integer> settled = new HashSet<>();
    private int highest = -1;
    private long redelivered;
    private long overtaken;

    /** @param events by offset; may grow */
    KeyOrderChecker(List<KeyedEvents.Seen> events) {
        this.events = events;
    }

    boolean matches(int offset) {
        return !events.get(offset).table().equals("ignored");
    }

    boolean isSettled(int offset) {
        return settled.contains(offset);
    }

    void settled(int offset) {
        settled.add(offset);
    }

    long redelivered() {
        return redelivered;
    }

    /** Events delivered for the first time after one that stands behind them in the log. */
    long overtaken() {
        return overtaken;
    }

    /** @param answer offsets in the order of the answer */
    void check(List<Integer> answer) {
        Set<Integer> before = new HashSet<>();
        for (int offset : answer) {
            require(!settled.contains(offset), "settled stays settled: event " + offset);
            require(matches(offset), "the filter matches event " + offset);
            if (!delivered.add(offset)) {
                redelivered++;
            } else {
                checkOrder(offset, before);
            }
            before.add(offset);
            highest = Math.max(highest, offset);
        }
    }

    private void checkOrder(int offset, Set<Integer> before) {
        for (int earlier = 0; earlier < offset; earlier++) {
            boolean holds = matches(earlier) && events.get(earlier).holdsBack(events.get(offset));
            require(
                    !holds || settled.contains(earlier) || before.contains(earlier),
                    "event " + earlier + " is settled, or stands before " + offset + " in the answer");
        }
        overtaken += offset < highest ? 1 : 0;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("expected: " + what);
        }
    }
}
