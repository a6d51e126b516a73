package dev.penstock.broker.raft;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The last marks that this node applied. Written by the apply thread, read by any. */
final class MarkRing {
    /** At one mark a second a node may be a minute behind and still be compared. */
    private static final int KEPT = 64;

    private final Supplier<MachineView> views;
    private final ArrayDeque<StateMark> marks = new ArrayDeque<>();

    MarkRing(Supplier<MachineView> views) {
        this.views = views;
    }

    /** On the apply thread: nothing else is applied meanwhile, so the view is at this very entry. */
    void applied(Applied applied) {
        for (Reply reply : applied.replies()) {
            if (reply instanceof Reply.Marked marked) {
                add(new StateMark(applied.index(), marked.stateDigest(), chains()));
                return;
            }
        }
    }

    private Map<Integer, Long> chains() {
        Map<Integer, Long> chains = new HashMap<>();
        try (MachineView view = views.get()) {
            view.allStreams().forEach(stream -> chains.put(stream.id(), stream.chain()));
        }
        return chains;
    }

    private synchronized void add(StateMark mark) {
        marks.add(mark);
        if (marks.size() > KEPT) {
            marks.remove();
        }
    }

    synchronized List<StateMark> last() {
        return List.copyOf(marks);
    }
}
