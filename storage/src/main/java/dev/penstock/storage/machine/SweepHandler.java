package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.table.DeadLetterTable;
import dev.penstock.storage.table.SweepTable;
import dev.penstock.storage.table.UnsettledTable;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes rows of generations that ended, and dead letters of groups that were deleted. Touches at most nine rows per message,
 * {@link ExpiryHandler#MAX_ROWS} of them.
 */
final class SweepHandler {

    private final Messages messages;
    private final DeadLetters letters;

    SweepHandler(Messages messages, DeadLetters letters) {
        this.messages = messages;
        this.letters = letters;
    }

    Reply sweep(Entry entry, Command.Sweep c) {
        if (!entry.isPlannedInItsTerm()) {
            return Refusal.staleTerm(entry);
        }
        if (c.max() < 0) {
            return Refusal.malformed("expected a bound of at least 0");
        }
        int left = Math.min(c.max(), ExpiryHandler.MAX_ROWS);
        int swept = 0;
        SweepTable.Dead dead = SweepTable.first(entry.tx);
        while (dead != null && left > 0) {
            if (dead.generation() == SweepTable.DEAD_LETTERS) {
                int dropped = sweepLetters(entry, dead, left);
                swept += dropped;
                left -= Math.max(1, dropped);
                dead = SweepTable.first(entry.tx);
                continue;
            }
            List<Stored> rows = collect(entry, dead, left);
            for (Stored row : rows) {
                messages.removeDead(entry, dead.groupId(), dead.generation(), row);
            }
            int parked = messages.removeParked(entry, dead.groupId(), dead.generation(), left - rows.size());
            swept += rows.size() + parked;
            if (rows.size() + parked == left && rows.isEmpty()) {
                left = 0;
            } else if (rows.size() + parked == left) {
                SweepTable.advance(
                        entry.tx, dead, rows.get(rows.size() - 1).message().offset() + 1);
                left = 0;
            } else {
                SweepTable.delete(entry.tx, dead);
                // A generation without rows costs one of the bound too, so that a command ends.
                left -= Math.max(1, rows.size() + parked);
            }
            dead = SweepTable.first(entry.tx);
        }
        return new Reply.Swept(swept, dead != null);
    }

    private int sweepLetters(Entry entry, SweepTable.Dead dead, int max) {
        List<DeadLetterTable.Stored> found = new ArrayList<>();
        try (Cursor cursor = entry.tx.cursor(
                Space.STATE, DeadLetterTable.range(dead.groupId(), DeadLetter.Place.KEPT, dead.fromOffset()))) {
            for (; cursor.isValid() && found.size() < max; cursor.next()) {
                found.add(DeadLetterTable.at(cursor));
            }
        }
        found.forEach(letter -> letters.drop(entry, dead.groupId(), DeadLetter.Place.KEPT, letter));
        if (found.size() == max) {
            SweepTable.advance(entry.tx, dead, found.get(max - 1).letter().letter() + 1);
        } else {
            SweepTable.delete(entry.tx, dead);
        }
        return found.size();
    }

    private static List<Stored> collect(Entry entry, SweepTable.Dead dead, int max) {
        List<Stored> rows = new ArrayList<>();
        try (Cursor cursor = entry.tx.cursor(
                Space.STATE, UnsettledTable.range(dead.groupId(), dead.generation(), dead.fromOffset()))) {
            for (; cursor.isValid() && rows.size() < max; cursor.next()) {
                rows.add(UnsettledTable.at(cursor));
            }
        }
        return rows;
    }
}
