package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.StreamState;
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
                messages.bury(entry, group, row, dead, headers.get(i));
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

    /** What is kept, and what came from another group and is not out. They count from nothing again. */
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
            count += redriveOne(entry, group, c.destination(), number) ? 1 : 0;
        }
        return new Reply.DeadLettersChanged(count);
    }

    private boolean redriveOne(Entry entry, Group group, int destination, long number) {
        DeadLetterTable.Stored kept = letters.kept(entry, group, number);
        DeadLetterTable.Stored stored = kept != null ? kept : letters.among(entry, group, number);
        if (stored == null || (kept == null && stored.letter().origin() == group.id)) {
            return false;
        }
        DeadLetter letter = stored.letter();
        Group to = catalog.group(destination == Command.Redrive.TO_ORIGIN ? letter.origin() : destination);
        if (to == null || !DeadLetters.takes(to, group)) {
            return false;
        }
        if (kept != null) {
            letters.takeKept(entry, group, kept);
        } else {
            UnsettledTable.Stored row = messages.find(entry, group, AsideOffset.of(number));
            if (row == null || row.message().state() != State.READY || to == group) {
                return false;
            }
            messages.takeAside(entry, group, row);
        }
        messages.putBack(entry, to, letter.of(to.id));
        return true;
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
