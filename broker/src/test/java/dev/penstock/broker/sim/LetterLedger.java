package dev.penstock.broker.sim;

import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The dead letters of one group: which are kept, and which were put back and where they stand then. */
final class LetterLedger {

    private final TreeSet<Long> kept = new TreeSet<>();
    private final TreeSet<Long> away = new TreeSet<>();
    private final Map<Long, Long> putBackAt = new HashMap<>();

    /** By the offset at which each stood; none that was kept is gone without having been put back. */
    Map<Long, DeadLetter> newlyKept(MachineView view, int groupId) {
        Map<Long, DeadLetter> found = new LinkedHashMap<>();
        GroupState group = view.group(groupId).orElse(null);
        if (group == null) {
            return found;
        }
        TreeSet<Long> seen = new TreeSet<>();
        for (DeadLetter letter : view.deadLetters(group, 0, Integer.MAX_VALUE)) {
            seen.add(letter.letter());
            if (kept.add(letter.letter())) {
                boolean again = away.remove(letter.letter());
                found.put(again ? AsideOffset.of(letter.letter()) : letter.offset(), letter);
            }
        }
        if (!seen.equals(kept)) {
            kept.removeAll(seen);
            throw new AssertionError("dead letters " + kept + " of group " + group.name() + " are gone");
        }
        return found;
    }

    /** As Postgres committed it. */
    static String line(MachineView view, DeadLetter letter) {
        byte[] payload =
                view.batchAt(letter.streamId(), letter.letter()).orElseThrow().encoded();
        return SimulatedSource.line(BatchCodec.decode(payload).event(0));
    }

    /** Where they stand. */
    List<Long> putBack(long[] letters, long index) {
        List<Long> offsets = new ArrayList<>();
        for (long letter : letters) {
            if (kept.remove(letter)) {
                away.add(letter);
                offsets.add(AsideOffset.of(letter));
                putBackAt.put(AsideOffset.of(letter), index);
            }
        }
        return offsets;
    }

    long putBackAt(long offset) {
        return putBackAt.getOrDefault(offset, -1L);
    }

    /** What was put back and has not died again. */
    List<Long> away() {
        return away.stream().map(AsideOffset::of).toList();
    }

    /** What was put back leaves with all that is unsettled; what is kept stays. */
    void sought() {
        away.clear();
    }
}
