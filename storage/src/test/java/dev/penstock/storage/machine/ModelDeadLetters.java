package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.machine.Model.Ended;
import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.Map;

/** The part of the {@link Model} about what died: kept, put back, dropped. */
final class ModelDeadLetters {

    private final Model model;

    ModelDeadLetters(Model model) {
        this.model = model;
    }

    Reply deadLetter(Command.DeadLetter c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        if (g.generation != c.generation()) {
            return Model.no(Rejection.STALE_GENERATION);
        }
        Source s = model.sources.all.getOrDefault(g.stream, new Source());
        for (Command.Dead dead : c.messages()) {
            try {
                BatchHeader header = BatchCodec.decode(dead.batch()).header();
                if (header.eventCount() != 1
                        || !header.source().equals(s.name)
                        || dead.reason().length() > 64) {
                    return Model.no(Rejection.MALFORMED);
                }
            } catch (StoredFormatException e) {
                return Model.no(Rejection.MALFORMED);
            }
        }
        int count = 0;
        for (Command.Dead dead : c.messages()) {
            Message m = g.messages.get(dead.offset());
            if (m != null && m.state == State.DYING) {
                g.messages.remove(m.offset);
                ModelPayloads kept = model.payloads.computeIfAbsent(
                        g.stream, stream -> new ModelPayloads(model.sources.nextStreamId()));
                long number = kept.add(dead.batch().length);
                bury(g, g.letters.died(number, kept.streamId, m, dead.reason(), model.envelope.wallMillis()));
                count++;
            }
        }
        return new Reply.DeadLettersChanged(count);
    }

    Reply redrive(Command.Redrive c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        int count = 0;
        for (long number : c.letters()) {
            count += redriveOne(g, c.destination(), number) ? 1 : 0;
        }
        return new Reply.DeadLettersChanged(count);
    }

    private boolean redriveOne(GroupModel g, int destination, long number) {
        DeadLetter kept = g.letters.kept.get(number);
        DeadLetter letter = kept != null ? kept : g.letters.away.get(number);
        Message m = number < 0 ? null : g.messages.get(AsideOffset.of(number));
        if (letter == null || (kept == null && (m == null || m.state != State.READY || letter.origin() == g.id))) {
            return false;
        }
        GroupModel to = model.groups.get(destination == 0 ? letter.origin() : destination);
        if (to == null || !takes(to, g) || (kept == null && to == g)) {
            return false;
        }
        g.letters.kept.remove(number);
        if (kept == null) {
            g.letters.away.remove(number);
            g.messages.remove(AsideOffset.of(number));
        }
        putBack(to, letter.of(to.id));
        return true;
    }

    Reply drop(Command.DropDeadLetters c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        int count = 0;
        for (long number : c.letters()) {
            if (g.letters.kept.remove(number) != null) {
                dropPayload(g.stream, number);
                count++;
            }
        }
        return new Reply.DeadLettersChanged(count);
    }

    /** A row of what model.ended leaves. */
    void removeEnded(Ended of, Map<Long, Message> rows, long offset) {
        rows.remove(offset);
        int stream = model.streamOfGroup.getOrDefault(of.group(), 0);
        if (of.generation() == 0) {
            dropPayload(stream, offset);
        } else if (AsideOffset.isAside(offset)) {
            dropPayload(stream, AsideOffset.letter(offset));
        }
    }

    void bury(GroupModel g, DeadLetter letter) {
        for (GroupModel heir : model.groups.values()) {
            if (heir != g && heir.name.equals(g.config.deadLetterGroup()) && takes(heir, g)) {
                putBack(heir, letter);
                return;
            }
        }
        g.letters.kept.put(letter.letter(), letter);
    }

    private static boolean takes(GroupModel to, GroupModel from) {
        return to.stream == from.stream && to.ordered() == from.ordered();
    }

    private void putBack(GroupModel g, DeadLetter letter) {
        Message m = g.letters.putBack(letter, g.ordered());
        m.lease = new LeaseRef(m.offset, model.index, model.ordinal++);
        g.messages.put(m.offset, m);
    }

    void dropPayload(int stream, long letter) {
        model.payloads.getOrDefault(stream, new ModelPayloads(0)).sizes.remove(letter);
    }
}
