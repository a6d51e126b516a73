package dev.penstock.broker.deliver;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Judges the answers of an ordered group by what the log holds, and by nothing of the planner's or the machine's. */
final class KeyOrderChecker {

    private final List<KeyedEvents.Seen> events;
    private final Set<Integer> delivered = new HashSet<>();
    private final Set<Integer> settled = new HashSet<>();
    private final Set<Integer> soughtPast = new HashSet<>();
    private boolean filtersChange;
    private boolean rowsOnly;
    private int earliest;
    private int highest = -1;
    private long redelivered;
    private long overtaken;

    /** @param events by offset; may grow */
    KeyOrderChecker(List<KeyedEvents.Seen> events) {
        this.events = events;
    }

    boolean matches(int offset) {
        KeyedEvents.Seen event = events.get(offset);
        return !event.table().equals("ignored") && !(rowsOnly && event.truncate());
    }

    /** Mode rows: a version may be left out for a newer one of the same row, and truncates are. */
    void rowsOnly() {
        rowsOnly = true;
    }

    boolean hasNewer(int offset) {
        for (int later = offset + 1; later < events.size(); later++) {
            if (events.get(later).isOfSameRow(events.get(offset))) {
                return true;
            }
        }
        return false;
    }

    /** From now on truncates and the table of customers may be left out at times. */
    void filtersChange() {
        filtersChange = true;
    }

    /** Whether it has to be delivered, whatever the filter was meanwhile. */
    boolean isAlwaysWanted(int offset) {
        return matches(offset) && !soughtPast.contains(offset) && !mayBeLeftOut(offset);
    }

    private boolean mayBeLeftOut(int offset) {
        KeyedEvents.Seen event = events.get(offset);
        return (filtersChange && (event.truncate() || event.table().equals("customers")))
                || (rowsOnly && hasNewer(offset));
    }

    /** All from there on comes again; what was unsettled before does not. */
    void sought(int to) {
        settled.removeIf(offset -> offset >= to);
        delivered.removeIf(offset -> offset >= to);
        soughtPast.clear();
        for (int offset = 0; offset < to; offset++) {
            soughtPast.add(offset);
        }
        highest = to - 1;
    }

    /** What lies below and was not settled is lost, and holds nothing back. */
    void trimmed(int start) {
        earliest = Math.max(earliest, start);
    }

    /** Events that matched and were lost to retention: neither settled nor sought past. */
    long lost() {
        long lost = 0;
        for (int offset = 0; offset < earliest; offset++) {
            lost += matches(offset) && !settled.contains(offset) ? 1 : 0;
        }
        return lost;
    }

    int earliest() {
        return earliest;
    }

    boolean isSettled(int offset) {
        return settled.contains(offset);
    }

    void settled(int offset) {
        settled.add(offset);
    }

    /** Settled, and from now on not asked for its order: if it is put back it comes late. */
    void died(int offset) {
        settled.add(offset);
        delivered.add(offset);
    }

    /** From the dead letters: it is to be settled once more, before what of its keys was not delivered yet. */
    void putBack(int offset) {
        settled.remove(offset);
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
            require(!soughtPast.contains(offset), "event " + offset + " was sought past");
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
        KeyedEvents.Seen event = events.get(offset);
        for (int earlier = 0; earlier < offset; earlier++) {
            boolean holds = matches(earlier) && events.get(earlier).holdsBack(event);
            boolean passed = settled.contains(earlier)
                    || before.contains(earlier)
                    || soughtPast.contains(earlier)
                    || earlier < earliest
                    || (mayBeLeftOut(earlier) && !delivered.contains(earlier));
            require(
                    !holds || passed,
                    "event " + earlier + " is settled, or stands before " + offset + " in the answer");
        }
        for (int later : delivered) {
            require(
                    later <= offset || !event.holdsBack(events.get(later)),
                    "event " + offset + " is delivered before " + later);
        }
        overtaken += offset < highest ? 1 : 0;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("expected: " + what);
        }
    }
}
