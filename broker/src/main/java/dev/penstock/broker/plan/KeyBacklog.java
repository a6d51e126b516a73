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
 * again after a fail-over. Of each key the first {@link #MAX_LINE} are held, and of every key the first one, so that no key
 * takes the room of another; when they have gone out the log is read on from there. Thus a key may have millions waiting, and
 * what is not read costs nothing.
 *
 * <p>Runs ahead of the replicated state: what was judged but not yet proposed is kept here only, and dropped with this object
 * when a proposal is refused. Owned by the thread that plans.
 */
public final class KeyBacklog {

    /** 8 bytes each, and about 200 for each key. Above it one is held for each key. */
    static final int MAX_INDEXED = 200_000;

    /** As many as one receive may ask for. */
    static final int MAX_LINE = 1_000;

    /** As many as the machine takes, less those that a plan may add. */
    static final int MAX_KEYS = 110_000;

    /** Keys that one plan tells of: the machine takes twice as many. */
    static final int MAX_MOVED = 10_000;

    /** The same, with those that have to be told for a barrier to pass. */
    private static final int MAX_TOLD = 15_000;

    /** Keys that wait no more are told by themselves if they are so many; else with the next grant. */
    private static final int MANY_ENDED = 1_000;

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
    /** Lines of which the log is to be read on, by key. */
    private final Map<Long, WaitingLine> unread = new LinkedHashMap<>();
    /** Routes whose barrier is held back until the state has been told of its keys. */
    private final Set<Long> untoldRoutes = new HashSet<>();

    final ReadyLook readyLook = new ReadyLook();

    private long scan;
    private long judged;
    /** The log's start, as far as the lines know. */
    private long earliest;

    private int indexed;
    /** Lines that are not in {@link #replicated}. */
    private int unreplicated;

    private KeyBacklog(long scan) {
        this.scan = scan;
        this.judged = scan;
    }

    public static KeyBacklog open(MachineView view, GroupState group) {
        KeyBacklog backlog = new KeyBacklog(group.scan());
        for (ParkedKey parked : view.parked(group)) {
            backlog.replicated.add(parked.key());
            WaitingLine line = backlog.begin(parked.key(), parked.route());
            line.unreadFrom(parked.offset());
            line.told(parked.offset());
            backlog.unread.put(parked.key(), line);
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

    /** The log was trimmed: what waited below its start waits no longer. */
    void trimmedTo(long start) {
        if (start <= earliest) {
            return;
        }
        earliest = start;
        for (WaitingLine line : List.copyOf(lines.values())) {
            if (line.lowerBound() < start) {
                indexed -= line.dropBelow(start);
                if (line.isEmpty()) {
                    ranOut(line);
                }
                rose(line);
            }
        }
    }

    // ---- for the planner ----

    long judged() {
        return judged;
    }

    void judgedTo(long offset) {
        judged = offset;
    }

    boolean wantsReading() {
        return !unread.isEmpty();
    }

    /** Whether there is something to tell for its own sake. */
    boolean wantsTelling() {
        return ended.size() >= MANY_ENDED || !untoldRoutes.isEmpty();
    }

    boolean hasCandidates() {
        return !candidates.isEmpty();
    }

    /** Parked in the state, now or when what was judged is proposed. */
    int keys() {
        return replicated.size() + unreplicated;
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
        return line != null && line.lowerBound() < offset;
    }

    private boolean anyOfRouteBefore(long route, long offset) {
        return keysOfRoute.getOrDefault(route, Set.of()).stream().anyMatch(key -> isBefore(key, offset));
    }

    /**
     * What the state knows of a key is a lower bound, and apply lets no barrier pass while a key of its route may wait before
     * it. False if the state must be told of more keys than one plan may, before this barrier can go out.
     */
    boolean tellsOfRoute(long route, long barrier) {
        Set<Long> keys = new TreeSet<>();
        for (long key : keysOfRoute.getOrDefault(route, Set.of())) {
            if (isToldBelow(key, barrier)) {
                keys.add(key);
            }
        }
        ended.entrySet().stream().filter(of -> of.getValue() == route).forEach(of -> keys.add(of.getKey()));
        for (long key : keys) {
            if (moved.size() >= MAX_TOLD && !moved.containsKey(key)) {
                untoldRoutes.add(route);
                return false;
            }
            ended.remove(key);
            moved.put(key, route);
        }
        return true;
    }

    /** The event at the end of what was judged is passed by. */
    void park(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null) {
                line = begin(key, order.route());
                moved.put(key, order.route());
            }
            if (line.isComplete()) {
                keep(line, offset);
            }
        }
        judged = offset + 1;
    }

    /** False if it is left in the log, and with it all that follow. */
    private boolean keep(WaitingLine line, long offset) {
        boolean fits = line.isEmpty() || (indexed < MAX_INDEXED && line.size() < MAX_LINE);
        if (fits) {
            line.add(offset);
            indexed++;
        } else {
            line.unreadFrom(offset);
        }
        return fits;
    }

    // ---- read from the log again ----

    /** From where on the log is to be read. */
    long readFrom() {
        return unread.values().stream().mapToLong(WaitingLine::unreadFrom).min().orElse(judged);
    }

    /** The event waits, if all of its keys do. */
    void read(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            WaitingLine line = lines.get(key);
            if (line == null || line.lowerBound() > offset) {
                return;
            }
        }
        for (long key : order.waitingKeys()) {
            WaitingLine line = unread.get(key);
            if (line == null || line.unreadFrom() > offset) {
                continue;
            }
            boolean isFirst = line.isEmpty();
            if (!keep(line, offset)) {
                unread.remove(key);
            } else if (isFirst) {
                rose(line);
            }
        }
    }

    /** All was read from {@link #readFrom} to here; a key of which nothing was found up to what was judged waits no more. */
    void readTo(long offset) {
        for (WaitingLine line : List.copyOf(unread.values())) {
            if (line.unreadFrom() > offset) {
                continue;
            }
            line.unreadFrom(offset < judged ? offset : WaitingLine.ALL_READ);
            if (line.isComplete()) {
                unread.remove(line.key);
                if (line.isEmpty()) {
                    ranOut(line);
                }
            }
            if (line.isEmpty()) {
                rose(line);
            }
        }
    }

    /** Nothing of the line is held any more, though nothing of it went out: either the log has more, or it ends. */
    private void ranOut(WaitingLine line) {
        if (line.isComplete()) {
            end(line);
            ended.put(line.key, line.route);
        } else {
            unread.put(line.key, line);
        }
    }

    /** Nothing of the line waits where something might have: it and what that held back may be free. */
    private void rose(WaitingLine line) {
        candidateAgain(line.key);
        candidateAgain(line.route);
        if (line.key == line.route) {
            candidates.addAll(keysOfRoute.getOrDefault(line.route, Set.of()));
        }
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
            if (line.isEmpty() && line.isComplete()) {
                end(line);
            } else if (line.isEmpty()) {
                unread.put(key, line);
            }
        }
    }

    /**
     * The event goes out, whether it waited or not: the state must not have its keys waiting at or below it, nor a barrier,
     * which another filter would find there.
     */
    void noteOut(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            tellEnded(key);
        }
        tellEnded(order.route());
        if (isToldBelow(order.route(), offset)) {
            moved.put(order.route(), order.route());
        }
    }

    private boolean isToldBelow(long key, long offset) {
        WaitingLine line = lines.get(key);
        return line != null && line.isToldBelow(offset);
    }

    private void tellEnded(long key) {
        Long route = ended.remove(key);
        if (route != null) {
            moved.put(key, route);
        }
    }

    /**
     * Keys as they wait after what was judged so far, as far as the state does not know them so.
     *
     * @param goesOut whether the plan hands out anything
     */
    List<ParkedKey> parks(boolean goesOut) {
        if (!goesOut && moved.isEmpty() && ended.size() < MANY_ENDED) {
            return List.of();
        }
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
                parks.add(new ParkedKey(key, line.lowerBound(), line.route));
            } else if (replicated.contains(key)) {
                parks.add(new ParkedKey(key, KeyPlan.NOTHING_WAITS, moved.getOrDefault(key, 0L)));
            }
        }
        return parks;
    }

    /** A grant with {@link #parks} and the scan position {@link #judged} is on its way. */
    void proposed() {
        for (long key : moved.keySet()) {
            WaitingLine line = lines.get(key);
            if (line != null) {
                line.told(line.lowerBound());
                replicated.add(key);
            } else {
                replicated.remove(key);
            }
        }
        moved.clear();
        unreplicated = 0;
        scan = judged;
        untoldRoutes.forEach(this::candidateAgain);
        untoldRoutes.clear();
    }

    private WaitingLine begin(long key, long route) {
        ended.remove(key);
        WaitingLine line = new WaitingLine(key, route);
        lines.put(key, line);
        unreplicated += replicated.contains(key) ? 0 : 1;
        keysOfRoute.computeIfAbsent(route, r -> new HashSet<>()).add(key);
        return line;
    }

    private void end(WaitingLine line) {
        lines.remove(line.key);
        unread.remove(line.key);
        candidates.remove(line.key);
        unreplicated -= replicated.contains(line.key) ? 0 : 1;
        keysOfRoute.computeIfPresent(line.route, (route, keys) -> {
            keys.remove(line.key);
            return keys.isEmpty() ? null : keys;
        });
    }
}
