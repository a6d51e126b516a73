package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.GroupTable;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.SweepTable;
import dev.penstock.storage.table.TagTable;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Creation, deletion and seeking of groups. A seek or delete moves numbers only; the rows of the ended generation are
 * left to sweeps. A seek keeps the dead letters, a delete leaves them to sweeps. Touches at most five rows.
 */
final class GroupHandler {

    private final Catalog catalog;

    GroupHandler(Catalog catalog) {
        this.catalog = catalog;
    }

    Reply create(Entry entry, Command.CreateGroup c) {
        String fault = faultOf(c);
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        StreamState stream = catalog.stream(c.streamId());
        if (stream == null || stream.isInternal()) {
            return Refusal.unknownStream(c.streamId());
        }
        Group known = catalog.group(c.name());
        if (known != null) {
            boolean same = known.streamId == c.streamId()
                    && known.config.equals(c.config())
                    && known.requestedStart.isSameRequest(c.start());
            return same
                    ? new Reply.GroupCreated(known.id, known.generation, known.startOffset, true)
                    : new Rejected(
                            Rejection.GROUP_EXISTS,
                            "expected the configuration that group " + c.name() + " was created with");
        }
        OptionalLong start = resolve(stream, c.start());
        if (start.isEmpty()) {
            return outOfRange(stream);
        }
        MetaTable.Facts facts = catalog.facts();
        int id = facts.nextGroupId();
        catalog.facts(new MetaTable.Facts(facts.clockMillis(), facts.featureLevel(), facts.nextStreamId(), id + 1));
        GroupState state = new GroupState(
                id,
                c.name(),
                c.streamId(),
                entry.index,
                entry.index,
                start.getAsLong(),
                start.getAsLong(),
                0,
                0,
                0,
                0,
                entry.wallMillis,
                c.config(),
                c.start(),
                false,
                entry.wallMillis);
        catalog.add(entry.tx, new Group(new GroupTable.Row(state, start.getAsLong())));
        entry.freedGroups.add(id);
        return new Reply.GroupCreated(id, entry.index, start.getAsLong(), false);
    }

    Reply delete(Entry entry, Command.DeleteGroup c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (group.generation != c.generation()) {
            return Refusal.staleGeneration(group, c.generation());
        }
        leaveToSweep(entry, group);
        if (group.deadLetters > 0) {
            SweepTable.insert(entry.tx, group.id, SweepTable.DEAD_LETTERS, 0);
        }
        TagTable.change(entry.tx, group.id, group.tags, new TreeMap<>());
        catalog.remove(entry.tx, group);
        entry.freedGroups.add(group.id);
        return new Reply.Done();
    }

    Reply seek(Entry entry, Command.SeekGroup c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        // A generation is a Raft index: two in one entry would be the same, and the first one's receipts good for both.
        if (group.generation != c.generation() || group.generation == entry.index) {
            return Refusal.staleGeneration(group, c.generation());
        }
        StreamState stream = catalog.stream(group.streamId);
        if (stream == null) {
            return Refusal.unknownStream(group.streamId);
        }
        OptionalLong to = resolve(stream, c.to());
        if (to.isEmpty()) {
            return outOfRange(stream);
        }
        leaveToSweep(entry, group);
        final long from = group.scan;
        group.generation = entry.index;
        group.startOffset = to.getAsLong();
        group.scan = to.getAsLong();
        group.leased = 0;
        group.delayed = 0;
        group.ready = 0;
        group.dying = 0;
        group.aside = 0;
        group.settled(group.scan);
        group.keys(new KeyCounts(), new ParkedKeys());
        group.touch();
        entry.freedGroups.add(group.id);
        return new Reply.Sought(group.generation, from, group.scan);
    }

    private static void leaveToSweep(Entry entry, Group group) {
        if (group.unsettledRows() > 0 || group.parked.size() > 0) {
            SweepTable.insert(entry.tx, group.id, group.generation, 0);
        }
    }

    private static OptionalLong resolve(StreamState stream, StartPosition position) {
        long offset = position.resolve(stream.earliest(), stream.end());
        boolean inside = offset >= stream.earliest() && offset <= stream.end();
        return inside ? OptionalLong.of(offset) : OptionalLong.empty();
    }

    private static Rejected outOfRange(StreamState stream) {
        return new Rejected(
                Rejection.OFFSET_OUT_OF_RANGE,
                "expected an offset from " + stream.earliest() + " to " + stream.end() + " of stream " + stream.name());
    }

    private static @Nullable String faultOf(Command.CreateGroup c) {
        if (!Names.isValid(c.name())) {
            return "expected a group name of " + Names.RULE;
        }
        return faultOf(c.config());
    }

    static @Nullable String faultOf(GroupConfig config) {
        if (config.visibilityMillis() < 0 || config.visibilityMillis() > GrantHandler.MAX_DELAY_MILLIS) {
            return "expected a visibility timeout of 0 to " + GrantHandler.MAX_DELAY_MILLIS + " ms";
        }
        if (config.maxDeliveries() < 0) {
            return "expected max_deliveries of at least 0";
        }
        if (!isWait(config.delayMillis()) || !isWait(config.receiveWaitMillis())) {
            return "expected a delay and a wait of 0 to " + GrantHandler.MAX_DELAY_MILLIS + " ms";
        }
        if (!config.deadLetterGroup().isEmpty() && !Names.isValid(config.deadLetterGroup())) {
            return "expected a dead letter group's name of " + Names.RULE;
        }
        return config.queue().isPresent() ? faultOf(config, config.queue().get()) : null;
    }

    private static @Nullable String faultOf(GroupConfig config, QueueConfig queue) {
        boolean filtered = !config.tables().isEmpty()
                || !config.actions().isEmpty()
                || !config.where().isEmpty();
        if (filtered || config.mode() != GroupConfig.Mode.CHANGES) {
            return "expected a queue that is sent to without a filter and in mode changes: it receives its own messages";
        }
        if (queue.maxMessageBytes() < QueueConfig.MIN_MESSAGE_BYTES
                || queue.maxMessageBytes() > QueueConfig.MAX_MESSAGE_BYTES) {
            return "expected messages of at most " + QueueConfig.MIN_MESSAGE_BYTES + " to "
                    + QueueConfig.MAX_MESSAGE_BYTES + " bytes";
        }
        if (queue.retentionMillis() < QueueConfig.MIN_RETENTION_MILLIS
                || queue.retentionMillis() > QueueConfig.MAX_RETENTION_MILLIS) {
            return "expected a retention of " + QueueConfig.MIN_RETENTION_MILLIS + " to "
                    + QueueConfig.MAX_RETENTION_MILLIS + " ms";
        }
        return null;
    }

    private static boolean isWait(long millis) {
        return millis >= 0 && millis <= GrantHandler.MAX_DELAY_MILLIS;
    }
}
