package dev.penstock.storage.machine;

import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.DueTable;
import dev.penstock.storage.table.DueTable.Due;
import dev.penstock.storage.table.UnsettledTable;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends leases and delays that are due by log time, earliest first, over all groups. Rows of dead generations met on the
 * way are removed in silence. Touches at most five rows per due row, {@link #MAX_ROWS} due rows.
 */
final class ExpiryHandler {

    /** Bounds the work of one command whatever it asks for. */
    static final int MAX_ROWS = 10_000;

    private final Catalog catalog;
    private final Messages messages;
    private final DueTimes dueTimes;

    ExpiryHandler(Catalog catalog, Messages messages, DueTimes dueTimes) {
        this.catalog = catalog;
        this.messages = messages;
        this.dueTimes = dueTimes;
    }

    Reply expire(Entry entry, Command.Expire c) {
        if (!entry.isPlannedInItsTerm()) {
            return Refusal.staleTerm(entry);
        }
        if (c.max() < 0) {
            return Refusal.malformed("expected a bound of at least 0");
        }
        int freed = 0;
        for (Due due : collect(entry, Math.min(c.max(), MAX_ROWS))) {
            Group group = catalog.group(due.groupId());
            if (group == null || group.generation != due.generation()) {
                messages.removeDead(entry, due.groupId(), due.generation(), find(entry, due));
                continue;
            }
            Stored row = find(entry, due);
            UnsettledMessage ready = Messages.with(row.message(), State.READY, 0);
            if (row.message().state() == State.LEASED) {
                messages.giveBack(entry, group, row, ready);
            } else {
                messages.replace(entry, group, row, ready);
            }
            freed++;
        }
        return new Reply.Expired(freed, dueTimes.next() <= entry.clockMillis);
    }

    /** From one moment that has rows to the next: what lies between are tombstones of messages settled in time. */
    private List<Due> collect(Entry entry, int max) {
        List<Due> found = new ArrayList<>();
        long due = dueTimes.next();
        if (max == 0 || due > entry.clockMillis) {
            return found;
        }
        try (Cursor cursor = entry.tx.cursor(Space.STATE, DueTable.range(due))) {
            while (due <= entry.clockMillis && found.size() < max) {
                while (cursor.isValid() && DueTable.at(cursor).dueMillis() == due && found.size() < max) {
                    found.add(DueTable.at(cursor));
                    cursor.next();
                }
                due = dueTimes.after(due);
                boolean there = cursor.isValid() && DueTable.at(cursor).dueMillis() == due;
                if (!there && due <= entry.clockMillis) {
                    cursor.seek(DueTable.range(due).from());
                }
            }
        }
        return found;
    }

    private static Stored find(Entry entry, Due due) {
        Stored row = UnsettledTable.get(entry.tx, due.groupId(), due.generation(), due.offset());
        if (row == null || row.message().dueMillis() != due.dueMillis()) {
            throw new BrokenStateException("expected a message for the due row of group " + due.groupId()
                    + ", generation " + due.generation() + ", offset " + due.offset());
        }
        return row;
    }
}
