package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Overtaken;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.BatchFacts;
import dev.penstock.storage.table.DyingTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Retention. A trim says only that it is time; which batches go is decided here, by log time and by the bytes in the state,
 * so that every node removes the same. Groups are not waited for, unless they hold the log: what one of them had not settled is
 * counted as lost. A message that is leased meanwhile may still be settled; given back, it is lost ({@link Messages}).
 *
 * <p>Ready messages go first, at most {@link #MAX_ROWS} in one command, and the log's start moves when none of them is left
 * below it. Touches then at most {@link #MAX_BATCHES} rows, and one per group. The batches themselves stay where they are
 * until a checkpoint no longer needs them: {@link Machine#checkpoint}.
 */
final class TrimHandler {

    /** Bounds the work of one command whatever it asks for: some 250 MiB of full batches. */
    static final int MAX_BATCHES = 1_000;

    static final int MAX_ROWS = 10_000;

    /** A year and a day more than anybody keeps: no sum of times can overflow. */
    private static final long MAX_AGE_MILLIS = 100L * GrantHandler.MAX_DELAY_MILLIS;

    private final Catalog catalog;
    private final Messages messages;

    TrimHandler(Catalog catalog, Messages messages) {
        this.catalog = catalog;
        this.messages = messages;
    }

    Reply setRetention(Command.SetRetention c) {
        StreamState stream = catalog.stream(c.streamId());
        if (stream == null || stream.isInternal()) {
            return Refusal.unknownStream(c.streamId());
        }
        Retention retention = c.retention();
        if (retention.ageMillis() < 0 || retention.ageMillis() > MAX_AGE_MILLIS) {
            return Refusal.malformed("expected a retention of 0 to " + MAX_AGE_MILLIS + " ms");
        }
        if (retention.bytes() < 0 || retention.holdBytes() < 0) {
            return Refusal.malformed("expected a retention of at least 0 bytes");
        }
        if (!retention.equals(stream.retention())) {
            catalog.put(stream.kept(retention));
        }
        return new Reply.Done();
    }

    Reply trim(Entry entry, Command.Trim c) {
        if (!entry.isPlannedInItsTerm()) {
            return Refusal.staleTerm(entry);
        }
        if (c.max() < 0) {
            return Refusal.malformed("expected a bound of at least 0");
        }
        StreamState stream = catalog.stream(c.streamId());
        if (stream == null || stream.isInternal()) {
            return Refusal.unknownStream(c.streamId());
        }
        int max = Math.min(c.max(), MAX_BATCHES);
        List<Group> groups = catalog.groupsOf(stream.id());
        List<BatchFacts> due = TrimRule.due(entry.tx, stream, kept(entry, groups), entry.clockMillis, max);
        if (due.isEmpty()) {
            return new Reply.Trimmed(stream.earliest(), 0, List.of(), false);
        }
        long to = due.get(due.size() - 1).endOffset();
        List<Overtaken> overtaken = new ArrayList<>();
        int rows = 0;
        for (Group group : groups) {
            int lost = messages.loseReady(entry, group, to, MAX_ROWS - rows);
            rows += lost;
            note(overtaken, group, lost);
        }
        if (rows == MAX_ROWS) {
            return new Reply.Trimmed(stream.earliest(), 0, overtaken, true);
        }
        long bytes = 0;
        for (BatchFacts batch : due) {
            BatchFacts.delete(entry.tx, stream.id(), batch);
            bytes += batch.batchBytes();
        }
        catalog.put(stream.trimmed(to, bytes));
        for (Group group : groups) {
            note(overtaken, group, pass(entry, group, stream.earliest(), to));
        }
        return new Reply.Trimmed(to, due.size(), overtaken, due.size() == max);
    }

    private static TrimRule.Kept kept(Entry entry, List<Group> groups) {
        long held = Long.MAX_VALUE;
        long dying = Long.MAX_VALUE;
        for (Group group : groups) {
            if (group.config.hold()) {
                Catalog.settleFloor(entry.tx, group);
                held = Math.min(held, group.floor);
            }
            if (group.dying > 0) {
                dying = Math.min(
                        dying,
                        DyingTable.lowest(entry.tx, group.id, group.generation).orElse(Long.MAX_VALUE));
            }
        }
        return new TrimRule.Kept(held, dying);
    }

    /** The log's start moves over what a group had not scanned, and over what waits behind its keys. */
    private static long pass(Entry entry, Group group, long from, long to) {
        long lost = 0;
        long waiting = Math.max(from, group.parked.lowestOffset());
        if (waiting < Math.min(to, group.scan)) {
            lost += Math.min(to, group.scan) - waiting;
        }
        if (group.scan < to) {
            lost += to - group.scan;
            group.scan = to;
            group.touchFloor(group.floor);
            entry.freedGroups.add(group.id);
        }
        group.losses = group.losses.plus(lost, entry.wallMillis);
        if (lost > 0) {
            group.touch();
        }
        return lost;
    }

    private static void note(List<Overtaken> overtaken, Group group, long lost) {
        if (lost > 0) {
            overtaken.add(new Overtaken(group.id, lost));
        }
    }
}
