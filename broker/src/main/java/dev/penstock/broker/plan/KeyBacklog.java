package dev.penstock.broker.plan;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.ParkedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leader's memory of what an ordered group passed by because an earlier event of the key was unsettled. The replicated
 * state knows only from which offset on each such key waits; which events these are stands in the log, and is read from there
 * again after a fail-over. At most {@link #MAX_INDEXED} of them are held: beyond that {@link #indexedTo} stops behind the
 * scan position, and moves on when some have gone out. Thus a key may have millions waiting, and what is not read costs
 * nothing.
 *
 * <p>Runs ahead of the replicated state: what was judged but not yet proposed is kept here only, and dropped with this object
 * when a proposal is refused. Owned by the thread that plans.
 */
public final class KeyBacklog {

    /** 8 bytes each, and about 150 for each key. */
    static final int MAX_INDEXED = 200_000;

    /** As many as the machine takes, less those that a plan may add. */
    static final int MAX_KEYS = 110_000;

    /** Keys that one plan tells of: the machine takes twice as many. */
    static final int MAX_MOVED = 10_000;

    private final Map<Long, WaitingLine> lines = new HashMap<>();
    private final Map<Long, Set<Long>> keysOfRoute = new HashMap<>();
    /** Keys that the applied state has as parked, or will once what is proposed is applied. */
    private final Set<Long> replicated = new HashSet<>();
    /** Keys whose place in the state is to be told by the next grant, with their route. */
    private final Map<Long, Long> moved = new HashMap<>();
    /** Parked in the state, though reading the log again found nothing that waits: told when there is room. */
    private final Map<Long, Long> ended = new LinkedHashMap<>();
    /** Keys that may be free: of the others it is known what holds them back. */
    private final LinkedHashSet<Long> candidates = new LinkedHashSet<>();

    private long scan;
    private long judged;
    private long indexedTo;
    private int indexed;

    private KeyBacklog(long scan) {
        this.scan = scan;
        this.judged = scan;
        this.indexedTo = scan;
    }

    public static KeyBacklog open(MachineView view, GroupState group) {
        KeyBacklog backlog = new KeyBacklog(group.scan());
        for (ParkedKey parked : view.parked(group)) {
            backlog.begin(parked.key(), parked.route(), parked.offset());
            backlog.replicated.add(parked.key());
            backlog.candidates.add(parked.key());
            backlog.indexedTo = Math.min(backlog.indexedTo, parked.offset());
        }
        return backlog;
    }

    /** The scan position of the state that this continues. */
    public long scan() {
        return scan;
    }

    /** Messages with this key were settled; of a barrier, or where its route has no other: the hash of the route. */
    public void freed(long key) {
        if (lines.containsKey(key)) {
            candidates.add(key);
        }
        candidates.addAll(keysOfRoute.getOrDefault(key, Set.of()));
    }

    // ---- for the planner ----

    long judged() {
        return judged;
    }

    void judgedTo(long offset) {
        if (isIndexed()) {
            indexedTo = offset;
        }
        judged = offset;
    }

    boolean isIndexed() {
        return indexedTo == judged;
    }

    boolean wantsIndexing() {
        return indexedTo < judged && indexed < MAX_INDEXED / 2;
    }

    long indexedTo() {
        return indexedTo;
    }

    int keys() {
        return lines.size();
    }

    int movedKeys() {
        return moved.size();
    }

    /** True if an earlier event that waits holds this one back. */
    boolean holds(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            if (isBefore(key, offset)) {
                return true;
            }
        }
        return isBefore(order.route(), offset) || (order.isBarrier() && anyOfRouteBefore(order.route(), offset));
    }

    private boolean isBefore(long key, long offset) {
        WaitingLine line = lines.get(key);
        return line != null && line.lowerBound(indexedTo) < offset;
    }

    private boolean anyOfRouteBefore(long route, long offset) {
        return keysOfRoute.getOrDefault(route, Set.of()).stream().anyMatch(key -> isBefore(key, offset));
    }

    /** The event at the end of what was judged is passed by. */
    void park(KeyOrder order, long offset) {
        boolean index = isIndexed() && indexed < MAX_INDEXED;
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null) {
                line = begin(key, order.route(), offset);
                moved.put(key, order.route());
            }
            if (index) {
                line.add(offset);
                indexed++;
            }
        }
        judged = offset + 1;
        if (index) {
            indexedTo = judged;
        }
    }

    /** The event waits, if all of its keys do: read again from the log. */
    void index(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null || (line.isEmpty() && line.lowerBound(0) > offset)) {
                return;
            }
        }
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line != null) {
                line.add(offset);
                indexed++;
            }
        }
    }

    /** Everything below was read; keys of which nothing was found wait no more once all was. */
    void indexedTo(long offset) {
        indexedTo = offset;
        if (!isIndexed()) {
            return;
        }
        for (WaitingLine line : List.copyOf(lines.values())) {
            if (line.isEmpty()) {
                end(line);
                ended.put(line.key, line.route);
            }
        }
        // Who was held back by a key of which nothing was known may be free.
        candidates.addAll(lines.keySet());
    }

    /** A key that may be free; it is no candidate any more unless it is made one again. */
    @Nullable
    Long nextCandidate() {
        Iterator<Long> first = candidates.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Long key = first.next();
        first.remove();
        return key;
    }

    void candidateAgain(long key) {
        if (lines.containsKey(key)) {
            candidates.add(key);
        }
    }

    @Nullable
    WaitingLine line(long key) {
        return lines.get(key);
    }

    /** True if nothing that waits stands before the event at any of its keys. */
    boolean isFirst(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null || line.isEmpty() || line.first() != offset) {
                return false;
            }
        }
        return true;
    }

    /** The event goes out: it was the first at each of its keys. */
    void take(KeyOrder order) {
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null) {
                throw new IllegalStateException("expected an event that goes out to have waited at each of its keys");
            }
            line.removeFirst();
            indexed--;
            moved.put(key, line.route);
            if (key == line.route) {
                // Others of the route may have waited behind this one.
                candidates.addAll(keysOfRoute.getOrDefault(key, Set.of()));
            }
            if (line.isEmpty() && isIndexed()) {
                end(line);
            }
        }
    }

    /** The event goes out, whether it waited or not: the state must not have its keys waiting at or below it. */
    void noteOut(KeyOrder order) {
        for (long key : order.waitingKeys()) {
            Long route = ended.remove(key);
            if (route != null) {
                moved.put(key, route);
            }
        }
    }

    /** Keys as they wait after what was judged so far, as far as the state does not know them so. */
    List<ParkedKey> parks() {
        for (Iterator<Map.Entry<Long, Long>> i = ended.entrySet().iterator();
                i.hasNext() && moved.size() < MAX_MOVED; ) {
            Map.Entry<Long, Long> next = i.next();
            moved.put(next.getKey(), next.getValue());
            i.remove();
        }
        List<ParkedKey> parks = new ArrayList<>(moved.size());
        for (long key : new TreeSet<>(moved.keySet())) {
            WaitingLine line = lines.get(key);
            if (line != null) {
                parks.add(new ParkedKey(key, line.lowerBound(indexedTo), line.route));
            } else if (replicated.contains(key)) {
                parks.add(new ParkedKey(key, KeyPlan.NOTHING_WAITS, moved.getOrDefault(key, 0L)));
            }
        }
        return parks;
    }

    /** A grant with {@link #parks} and the scan position {@link #judged} is on its way. */
    void proposed() {
        for (long key : moved.keySet()) {
            if (lines.containsKey(key)) {
                replicated.add(key);
            } else {
                replicated.remove(key);
            }
        }
        moved.clear();
        scan = judged;
    }

    private WaitingLine begin(long key, long route, long from) {
        ended.remove(key);
        WaitingLine line = new WaitingLine(key, route, from);
        lines.put(key, line);
        keysOfRoute.computeIfAbsent(route, r -> new HashSet<>()).add(key);
        return line;
    }

    private void end(WaitingLine line) {
        lines.remove(line.key);
        candidates.remove(line.key);
        keysOfRoute.computeIfPresent(line.route, (route, keys) -> {
            keys.remove(line.key);
            return keys.isEmpty() ? null : keys;
        });
    }
}
