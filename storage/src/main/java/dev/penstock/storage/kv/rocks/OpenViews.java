package dev.penstock.storage.kv.rocks;

import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Which views are open, and which ranges of rows wait for those that may still read them. Thread-safe. */
final class OpenViews {

    /** A range that no open view can see rows of. */
    record Unseen(Space space, KeyRange range) {}

    /** @param nextView views of a lower number may read the range */
    private record Waiting(Space space, KeyRange range, long nextView) {
        boolean isOf(Space otherSpace, KeyRange other) {
            return space == otherSpace
                    && Arrays.equals(range.from(), other.from())
                    && Arrays.equals(range.to(), other.to());
        }
    }

    private final TreeSet<Long> open = new TreeSet<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private long nextView;

    /** Before the view's snapshot is taken. */
    synchronized long opened() {
        open.add(nextView);
        return nextView++;
    }

    synchronized void closed(long number) {
        open.remove(number);
    }

    /** Adds a range; says which of all that were added nobody can see any more, each of them once. */
    synchronized List<Unseen> unseen(Space space, KeyRange range) {
        if (waiting.stream().noneMatch(entry -> entry.isOf(space, range))) {
            waiting.add(new Waiting(space, range, nextView));
        }
        List<Unseen> found = new ArrayList<>();
        long oldestOpen = open.isEmpty() ? Long.MAX_VALUE : open.first();
        waiting.removeIf(entry -> {
            boolean isUnseen = entry.nextView <= oldestOpen;
            if (isUnseen) {
                found.add(new Unseen(entry.space, entry.range));
            }
            return isUnseen;
        });
        return found;
    }
}
