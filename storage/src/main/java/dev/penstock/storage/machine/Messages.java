package dev.penstock.storage.machine;

import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.DueTable;
import dev.penstock.storage.table.DyingTable;
import dev.penstock.storage.table.KeyTable;
import dev.penstock.storage.table.ParkedTable;
import dev.penstock.storage.table.ReadyTable;
import dev.penstock.storage.table.UnsettledTable;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Unsettled messages with all that is kept beside them: the row itself, its due row (leased, delayed), ready row or dying
 * row, its key rows, the group's counters, the floor. The only place that changes any of these.
 */
final class Messages {

    private final Catalog catalog;
    private final DueTimes dueTimes;
    private final DeadLetters deadLetters;

    Messages(Catalog catalog, DueTimes dueTimes, DeadLetters deadLetters) {
        this.catalog = catalog;
        this.dueTimes = dueTimes;
        this.deadLetters = deadLetters;
    }

    @Nullable
    Stored find(Entry entry, Group group, long offset) {
        return UnsettledTable.get(entry.tx, group.id, group.generation, offset);
    }

    /** At or after the scan position, or a dead letter that was kept: no row can be there. */
    void insert(Entry entry, Group group, UnsettledMessage message) {
        UnsettledTable.insert(entry.tx, group.id, group.generation, message);
        KeyTable.insert(entry.tx, group.id, group.generation, message);
        group.keyCounts().add(message);
        enter(entry, group, message);
    }

    /** A key begins, moves or ceases to wait. */
    void park(Entry entry, Group group, ParkedKey park) {
        ParkedKey prior = group.parked.get(park.key());
        if (park.offset() == KeyPlan.NOTHING_WAITS) {
            if (prior != null) {
                ParkedTable.delete(entry.tx, group.id, group.generation, prior);
                group.parked.remove(park.key());
            }
        } else {
            if (prior == null) {
                ParkedTable.insert(entry.tx, group.id, group.generation, park);
            } else {
                ParkedTable.update(entry.tx, group.id, group.generation, prior, park);
            }
            group.parked.put(park);
        }
        // What waits keeps the floor down.
        group.touchFloor(group.floor);
    }

    /** A message whose event was trimmed while it was leased cannot be delivered again: given back, it is lost. */
    void replace(Entry entry, Group group, Stored prior, UnsettledMessage next) {
        if (next.state() != State.LEASED && next.offset() < catalog.earliest(group)) {
            lose(entry, group, prior);
            return;
        }
        leave(entry, group, prior.message());
        UnsettledTable.update(entry.tx, group.id, group.generation, prior, next);
        enter(entry, group, next);
    }

    /**
     * A delivery failed: the message waits for the next one, or, if it was the last, to become a dead letter. One whose
     * payload is kept already becomes one at once.
     *
     * @param next as it would wait
     */
    void giveBack(Entry entry, Group group, Stored prior, UnsettledMessage next) {
        if (!group.isLastDelivery(next.deliveries())) {
            replace(entry, group, prior, next);
        } else if (AsideOffset.isAside(next.offset())) {
            takeOut(entry, group, prior);
            bury(entry, group, deadLetters.takeAgain(entry, group, next));
        } else {
            replace(entry, group, prior, with(next, State.DYING, 0));
        }
    }

    /** What is dying leaves the group, and is stored. */
    void bury(Entry entry, Group group, Stored dying, Command.Dead dead, BatchHeader header) {
        takeOut(entry, group, dying);
        bury(entry, group, deadLetters.store(entry, group, dying.message(), dead, header));
    }

    private void bury(Entry entry, Group group, DeadLetter letter) {
        Group heir = deadLetters.heirOf(group);
        if (heir == null) {
            deadLetters.keep(entry, group, letter);
        } else {
            putBack(entry, heir, letter);
        }
    }

    /** Among the messages of the group, as not delivered before; none of its leases before is the newest any more. */
    void putBack(Entry entry, Group group, DeadLetter letter) {
        long offset = AsideOffset.of(letter.letter());
        deadLetters.putAmong(entry, group, letter);
        insert(
                entry,
                group,
                new UnsettledMessage(
                        offset,
                        State.READY,
                        new LeaseRef(offset, entry.index, entry.takeOrdinals(1)),
                        0,
                        0,
                        letter.firstDeliveredWallMillis(),
                        letter.lastDeliveredWallMillis(),
                        group.ordered() ? letter.order() : KeyOrder.NONE));
    }

    /** A message beside the log that is not out goes to another group. */
    DeadLetter takeAside(Entry entry, Group group, Stored ready) {
        takeOut(entry, group, ready);
        return deadLetters.takeAway(entry, group, ready.message().offset());
    }

    void settle(Entry entry, Group group, Stored prior) {
        takeOut(entry, group, prior);
        if (AsideOffset.isAside(prior.message().offset())) {
            deadLetters.dropPutBack(entry, group.id, prior.message().offset());
        }
    }

    private void takeOut(Entry entry, Group group, Stored prior) {
        leave(entry, group, prior.message());
        UnsettledTable.delete(entry.tx, group.id, group.generation, prior);
        KeyTable.delete(entry.tx, group.id, group.generation, prior.message());
        group.keyCounts().remove(prior.message());
        group.touchFloor(prior.message().offset());
        if (group.ordered()) {
            noteFreed(entry, group, prior.message().order());
        }
    }

    /** Retention takes it: settled, and counted. */
    private void lose(Entry entry, Group group, Stored prior) {
        settle(entry, group, prior);
        group.losses = group.losses.plus(1, entry.wallMillis);
    }

    /** Loses the ready messages below the offset, at most so many; says how many. */
    int loseReady(Entry entry, Group group, long below, int max) {
        List<Long> offsets = new ArrayList<>();
        if (group.ready > 0 && group.floor < below && max > 0) {
            try (Cursor cursor =
                    entry.tx.cursor(Space.STATE, ReadyTable.range(group.id, group.generation, group.floor))) {
                for (; cursor.isValid() && offsets.size() < max; cursor.next()) {
                    long offset = ReadyTable.offsetAt(cursor);
                    if (offset >= below) {
                        break;
                    }
                    offsets.add(offset);
                }
            }
        }
        for (long offset : offsets) {
            Stored row = find(entry, group, offset);
            if (row == null) {
                throw new BrokenStateException("expected a message for the ready row of group " + group.id
                        + ", generation " + group.generation + ", offset " + offset);
            }
            lose(entry, group, row);
        }
        return offsets.size();
    }

    /** What waits behind the keys of a message that left may go out now; behind its route, if that has no other. */
    private static void noteFreed(Entry entry, Group group, KeyOrder order) {
        entry.freedGroups.add(group.id);
        Set<Long> freed = entry.freedKeys.computeIfAbsent(group.id, id -> new TreeSet<>());
        if (order.key() != 0) {
            freed.add(order.key());
        }
        if (order.oldKey() != 0) {
            freed.add(order.oldKey());
        }
        if (group.keyCounts().ofRoute(order.route()) == 0) {
            freed.add(order.route());
        }
    }

    /** A row of a generation that ended: no group counts it any more. */
    void removeDead(Entry entry, int groupId, long generation, Stored dead) {
        UnsettledMessage message = dead.message();
        removeIndexRow(entry, groupId, generation, message);
        UnsettledTable.delete(entry.tx, groupId, generation, dead);
        KeyTable.delete(entry.tx, groupId, generation, message);
        if (AsideOffset.isAside(message.offset())) {
            deadLetters.dropPutBack(entry, groupId, message.offset());
        }
    }

    /** Parked keys of a generation that ended, at most so many; says how many were removed. */
    int removeParked(Entry entry, int groupId, long generation, int max) {
        List<ParkedKey> dead = new ArrayList<>();
        if (max > 0) {
            try (Cursor cursor = entry.tx.cursor(Space.STATE, ParkedTable.range(groupId, generation))) {
                for (; cursor.isValid() && dead.size() < max; cursor.next()) {
                    dead.add(ParkedTable.at(cursor));
                }
            }
        }
        dead.forEach(parked -> ParkedTable.delete(entry.tx, groupId, generation, parked));
        return dead.size();
    }

    /** Delivered once more; for the first time if it was only reached before its time. */
    static UnsettledMessage delivered(
            UnsettledMessage message, LeaseRef lease, long wallMillis, State state, long dueMillis) {
        return new UnsettledMessage(
                message.offset(),
                state,
                lease,
                dueMillis,
                message.deliveries() + 1,
                message.firstDeliveredWallMillis() == 0 ? wallMillis : message.firstDeliveredWallMillis(),
                wallMillis,
                message.order());
    }

    static UnsettledMessage with(UnsettledMessage message, State state, long dueMillis) {
        return new UnsettledMessage(
                message.offset(),
                state,
                message.lease(),
                dueMillis,
                message.deliveries(),
                message.firstDeliveredWallMillis(),
                message.lastDeliveredWallMillis(),
                message.order());
    }

    /** @param lastDelivered wall-clock time of its last delivery */
    static UnsettledMessage with(UnsettledMessage message, LeaseRef lease, int deliveries, long lastDelivered) {
        return new UnsettledMessage(
                message.offset(),
                message.state(),
                lease,
                message.dueMillis(),
                deliveries,
                message.firstDeliveredWallMillis(),
                lastDelivered,
                message.order());
    }

    private void enter(Entry entry, Group group, UnsettledMessage message) {
        count(group, message, 1);
        switch (message.state()) {
            case READY -> {
                ReadyTable.insert(entry.tx, group.id, group.generation, message.offset());
                entry.freedGroups.add(group.id);
            }
            case LEASED, DELAYED -> {
                DueTable.insert(entry.tx, due(group.id, group.generation, message));
                dueTimes.add(message.dueMillis());
            }
            case DYING -> DyingTable.insert(entry.tx, dying(group.id, group.generation, message));
        }
    }

    private void leave(Entry entry, Group group, UnsettledMessage message) {
        count(group, message, -1);
        removeIndexRow(entry, group.id, group.generation, message);
    }

    private void removeIndexRow(Entry entry, int groupId, long generation, UnsettledMessage message) {
        switch (message.state()) {
            case READY -> ReadyTable.delete(entry.tx, groupId, generation, message.offset());
            case LEASED, DELAYED -> removeDue(entry, groupId, generation, message);
            case DYING -> DyingTable.delete(entry.tx, dying(groupId, generation, message));
        }
    }

    private void removeDue(Entry entry, int groupId, long generation, UnsettledMessage message) {
        DueTable.delete(entry.tx, due(groupId, generation, message));
        dueTimes.remove(message.dueMillis());
    }

    private static DueTable.Due due(int groupId, long generation, UnsettledMessage message) {
        return new DueTable.Due(message.dueMillis(), groupId, generation, message.offset());
    }

    private static DyingTable.Dying dying(int groupId, long generation, UnsettledMessage message) {
        return new DyingTable.Dying(groupId, generation, message.offset());
    }

    private static void count(Group group, UnsettledMessage message, int change) {
        switch (message.state()) {
            case LEASED -> group.leased += change;
            case DELAYED -> group.delayed += change;
            case READY -> group.ready += change;
            case DYING -> group.dying += change;
        }
        group.aside += AsideOffset.isAside(message.offset()) ? change : 0;
        group.touch();
    }
}
