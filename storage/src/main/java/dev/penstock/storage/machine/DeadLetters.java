package dev.penstock.storage.machine;

import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.DeadLetter.Place;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.BatchFacts;
import dev.penstock.storage.table.DeadLetterTable;
import dev.penstock.storage.table.DeadLetterTable.Stored;
import dev.penstock.storage.table.LogTable;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.StreamChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters with all that is kept beside them: their rows, their payloads in the internal stream, the counter of their
 * group. The only place that changes any of these. A letter is a batch of its own, so that its payload goes with it: the
 * internal stream has holes where letters were.
 */
final class DeadLetters {

    private final Catalog catalog;

    DeadLetters(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The first time that the message dies: its payload is stored, and it is still to be put somewhere. */
    DeadLetter store(Entry entry, Group group, UnsettledMessage message, Command.Dead dead, BatchHeader header) {
        StreamState stream = streamFor(group);
        catalog.put(AppendHandler.storeAtEnd(entry, stream, header, dead.batch(), List.of()));
        return new DeadLetter(
                stream.end(),
                stream.id(),
                group.id,
                message.offset(),
                message.deliveries(),
                message.firstDeliveredWallMillis(),
                message.lastDeliveredWallMillis(),
                entry.wallMillis,
                dead.reason(),
                message.order());
    }

    /** A message beside the log failed again: the payload is where it was, and it is still to be put somewhere. */
    DeadLetter takeAgain(Entry entry, Group group, UnsettledMessage aside) {
        DeadLetter before = takeAway(entry, group, aside.offset());
        long deliveries = (long) before.deliveries() + aside.deliveries();
        return new DeadLetter(
                before.letter(),
                before.streamId(),
                group.id,
                before.offset(),
                (int) Math.min(Integer.MAX_VALUE, deliveries),
                before.firstDeliveredWallMillis(),
                aside.lastDeliveredWallMillis(),
                entry.wallMillis,
                DeadLetter.MAX_DELIVERIES,
                before.order());
    }

    void keep(Entry entry, Group group, DeadLetter letter) {
        DeadLetterTable.insert(entry.tx, group.id, Place.KEPT, letter);
        group.deadLetters++;
        group.touch();
    }

    /** Its message is among those of the group. */
    void putAmong(Entry entry, Group group, DeadLetter letter) {
        DeadLetterTable.insert(entry.tx, group.id, Place.PUT_BACK, letter);
    }

    @Nullable
    Stored kept(Entry entry, Group group, long letter) {
        return DeadLetterTable.get(entry.tx, group.id, Place.KEPT, letter);
    }

    @Nullable
    Stored among(Entry entry, Group group, long letter) {
        return DeadLetterTable.get(entry.tx, group.id, Place.PUT_BACK, letter);
    }

    /** Its payload stays. */
    void takeKept(Entry entry, Group group, Stored kept) {
        DeadLetterTable.delete(entry.tx, group.id, Place.KEPT, kept);
        group.deadLetters--;
        group.touch();
    }

    /** A message beside the log leaves the group; its payload stays. */
    DeadLetter takeAway(Entry entry, Group group, long asideOffset) {
        Stored stored = expect(entry, group.id, AsideOffset.letter(asideOffset));
        DeadLetterTable.delete(entry.tx, group.id, Place.PUT_BACK, stored);
        return stored.letter();
    }

    void dropKept(Entry entry, Group group, Stored kept) {
        drop(entry, group.id, Place.KEPT, kept);
        group.deadLetters--;
        group.touch();
    }

    /** A message beside the log left its group by another exit. */
    void dropPutBack(Entry entry, int groupId, long asideOffset) {
        drop(entry, groupId, Place.PUT_BACK, expect(entry, groupId, AsideOffset.letter(asideOffset)));
    }

    /** The group whose messages this one's dead letters become; null if they are kept. */
    @Nullable
    Group heirOf(Group group) {
        String name = group.config.deadLetterGroup();
        Group heir = name.isEmpty() ? null : catalog.group(name);
        return heir != null && heir != group && takes(heir, group) ? heir : null;
    }

    /** Whether a message of one group can be one of the other: read from the same events, in the same kind of order. */
    static boolean takes(Group to, Group from) {
        return to.streamId == from.streamId && to.ordered() == from.ordered();
    }

    /** With its payload. Of a group that may be deleted. */
    void drop(Entry entry, int groupId, Place place, Stored stored) {
        DeadLetter letter = stored.letter();
        DeadLetterTable.delete(entry.tx, groupId, place, stored);
        StreamState stream = catalog.stream(letter.streamId());
        BatchFacts facts = BatchFacts.get(entry.tx, letter.streamId(), letter.letter())
                .orElseThrow(() -> new BrokenStateException(
                        "expected the payload of dead letter " + letter.letter() + " of group " + groupId));
        if (stream == null) {
            throw new BrokenStateException("expected stream " + letter.streamId() + " of dead letters");
        }
        LogTable.delete(entry.tx, letter.streamId(), letter.letter());
        BatchFacts.delete(entry.tx, letter.streamId(), facts);
        catalog.put(stream.trimmed(stream.earliest(), facts.batchBytes()));
    }

    private static Stored expect(Entry entry, int groupId, long letter) {
        Stored stored = DeadLetterTable.get(entry.tx, groupId, Place.PUT_BACK, letter);
        if (stored == null) {
            throw new BrokenStateException(
                    "expected dead letter " + letter + " of group " + groupId + ", which was put back");
        }
        return stored;
    }

    /** Made with the first dead letter of a stream. */
    private StreamState streamFor(Group group) {
        StreamState of = catalog.stream(group.streamId);
        if (of == null) {
            throw new BrokenStateException("expected stream " + group.streamId + " of group " + group.id);
        }
        String name = StreamState.deadLetterName(of.name());
        StreamState known = catalog.stream(name).orElse(null);
        if (known != null) {
            return known;
        }
        MetaTable.Facts facts = catalog.facts();
        int id = facts.nextStreamId();
        catalog.facts(new MetaTable.Facts(facts.clockMillis(), facts.featureLevel(), id + 1, facts.nextGroupId()));
        return new StreamState(id, name, 0, 0, 0, StreamChain.EMPTY, Retention.UNLIMITED);
    }
}
