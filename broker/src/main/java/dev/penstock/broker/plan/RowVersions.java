package dev.penstock.broker.plan;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.Route;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * For a group in mode rows: whether a version of a row is superseded, because a newer one that the group gets too lies within
 * the look-ahead. The same row is the same table and the same key, compared as it stands in the events; hashes only find the
 * candidates. A deletion supersedes nothing: it is not delivered. One thread; for one plan after the other of a round.
 */
final class RowVersions {

    /** Events looked at ahead of the one that is judged: as many as one receive may ask for. */
    static final int LOOK_AHEAD = 1_000;

    private record Version(LogBatch batch, int index) {
        long offset() {
            return batch.baseOffset() + index;
        }
    }

    private final MachineView view;
    private final int streamId;
    private final GroupFilter filter;
    private final ValueScan values;
    private final LogBatches batches;
    private final long end;
    /** By hash of the key, rising, of the events between the one judged last and {@link #seenTo}. */
    private final Map<Long, ArrayDeque<Version>> ahead = new HashMap<>();

    private long seenTo;

    RowVersions(MachineView view, int streamId, GroupFilter filter, ValueScan values, LogBatches batches, long end) {
        this.view = view;
        this.streamId = streamId;
        this.filter = filter;
        this.values = values;
        this.batches = batches;
        this.end = end;
    }

    /** Events must be asked for in rising order. */
    boolean isSuperseded(LogBatch batch, int i) {
        long key = batch.columns().keyHash(i);
        if (key == 0 || !isVersion(batch, i)) {
            return false;
        }
        long offset = batch.baseOffset() + i;
        lookAhead(offset);
        ArrayDeque<Version> versions = ahead.getOrDefault(key, new ArrayDeque<>());
        while (!versions.isEmpty() && versions.getFirst().offset() <= offset) {
            versions.removeFirst();
        }
        return versions.stream().anyMatch(newer -> supersedes(newer.batch, newer.index, batch, i));
    }

    /** Whether the newer of two events, of the same hash, takes the place of the older one. */
    boolean supersedes(LogBatch newerBatch, int newer, LogBatch olderBatch, int older) {
        return isVersion(olderBatch, older)
                && isVersion(newerBatch, newer)
                && isSameRow(newerBatch, newer, olderBatch, older)
                && values.matches(newerBatch, newer);
    }

    private void lookAhead(long offset) {
        seenTo = Math.max(seenTo, offset + 1);
        long to = Math.min(end, offset + 1 + LOOK_AHEAD);
        while (seenTo < to) {
            LogBatch batch = batches.at(view, streamId, seenTo)
                    .orElseThrow(() -> new IllegalStateException("expected offset " + seenTo + " of stream " + streamId
                            + " below its end " + end + " to be stored"));
            boolean[] wanted = filter.routes(batch.header());
            for (; seenTo < Math.min(to, batch.endOffset()); seenTo++) {
                int i = (int) (seenTo - batch.baseOffset());
                long key = batch.columns().keyHash(i);
                if (key != 0 && wanted[batch.columns().route(i)] && filter.wants(batch, i) && isVersion(batch, i)) {
                    ahead.computeIfAbsent(key, k -> new ArrayDeque<>()).addLast(new Version(batch, i));
                }
            }
        }
    }

    private static boolean isVersion(LogBatch batch, int i) {
        Action action = batch.columns().action(i);
        return action == Action.INSERT || action == Action.UPDATE || action == Action.READ;
    }

    private static boolean isSameRow(LogBatch aBatch, int a, LogBatch bBatch, int b) {
        return route(aBatch, a).equals(route(bBatch, b))
                && Arrays.equals(
                        aBatch.decoded().event(a).key(),
                        bBatch.decoded().event(b).key());
    }

    private static Route route(LogBatch batch, int i) {
        return batch.header().routes().get(batch.columns().route(i));
    }
}
