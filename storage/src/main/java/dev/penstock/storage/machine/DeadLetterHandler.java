package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.DeadLetterTable;
import dev.penstock.storage.table.UnsettledTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From dying to dead, and from there back to the group's messages, or away. The state of each message decides, not who asks:
 * what was done already is left out, so that any of these may be proposed again, after a change of leaders too. Touches at
 * most ten rows and the payload per message, {@link #MAX_MESSAGES} of them.
 */
final class DeadLetterHandler {

    /** Of one command. */
    static final int MAX_MESSAGES = 10_000;

    private final Catalog catalog;
    private final Messages messages;
    private final DeadLetters letters;

    DeadLetterHandler(Catalog catalog, Messages messages, DeadLetters letters) {
        this.catalog = catalog;
        this.messages = messages;
        this.letters = letters;
    }

    /** Settles and stores in one, so that a key is never free before its event is kept, nor an event kept twice. */
    Reply deadLetter(Entry entry, Command.DeadLetter c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (group.generation != c.generation()) {
            return Refusal.staleGeneration(group, c.generation());
        }
        List<BatchHeader> headers = new ArrayList<>(c.messages().size());
        String fault = faultOf(group, c, headers);
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        int count = 0;
        for (int i = 0; i < headers.size(); i++) {
            Command.Dead dead = c.messages().get(i);
            UnsettledTable.Stored row = dead.offset() < 0 ? null : messages.find(entry, group, dead.offset());
            if (row != null && row.message().state() == State.DYING) {
                messages.settle(entry, group, row);
                letters.keep(entry, group, row.message(), dead, headers.get(i));
                count++;
            }
        }
        return new Reply.DeadLettersChanged(count);
    }

    /** @param headers filled in as far as it goes */
    private @Nullable String faultOf(Group group, Command.DeadLetter c, List<BatchHeader> headers) {
        if (c.messages().size() > MAX_MESSAGES) {
            return "expected at most " + MAX_MESSAGES + " dead messages, but got "
                    + c.messages().size();
        }
        StreamState stream = catalog.stream(group.streamId);
        for (Command.Dead dead : c.messages()) {
            if (dead.reason().length() > DeadLetter.MAX_REASON_CHARACTERS) {
                return "expected a reason of at most " + DeadLetter.MAX_REASON_CHARACTERS + " characters";
            }
            try {
                BatchHeader header = BatchCodec.verify(dead.batch()).header();
                if (header.eventCount() != 1
                        || stream == null
                        || !header.source().equals(stream.name())) {
                    return "expected one event of the group's stream for offset " + dead.offset();
                }
                headers.add(header);
            } catch (StoredFormatException e) {
                return "expected the event at offset " + dead.offset() + " as a batch, but: " + e.getMessage();
            }
        }
        return null;
    }

    /** They count from nothing again; none of their leases before is the newest any more. */
    Reply redrive(Entry entry, Command.Redrive c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (c.letters().length > MAX_MESSAGES) {
            return tooMany(c.letters());
        }
        int count = 0;
        for (long number : c.letters()) {
            DeadLetterTable.Stored kept = letters.kept(entry, group, number);
            if (kept != null) {
                letters.putBack(entry, group, kept);
                messages.insert(entry, group, putBack(entry, group, kept.letter()));
                count++;
            }
        }
        return new Reply.DeadLettersChanged(count);
    }

    private static UnsettledMessage putBack(Entry entry, Group group, DeadLetter letter) {
        long offset = AsideOffset.of(letter.letter());
        return new UnsettledMessage(
                offset,
                State.READY,
                new LeaseRef(offset, entry.index, entry.takeOrdinals(1)),
                0,
                0,
                letter.firstDeliveredWallMillis(),
                letter.lastDeliveredWallMillis(),
                group.ordered() ? letter.order() : KeyOrder.NONE);
    }

    Reply drop(Entry entry, Command.DropDeadLetters c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (c.letters().length > MAX_MESSAGES) {
            return tooMany(c.letters());
        }
        int count = 0;
        for (long number : c.letters()) {
            DeadLetterTable.Stored kept = letters.kept(entry, group, number);
            if (kept != null) {
                letters.dropKept(entry, group, kept);
                count++;
            }
        }
        return new Reply.DeadLettersChanged(count);
    }

    private static Rejected tooMany(long[] numbers) {
        return Refusal.malformed("expected at most " + MAX_MESSAGES + " dead letters, but got " + numbers.length);
    }
}
