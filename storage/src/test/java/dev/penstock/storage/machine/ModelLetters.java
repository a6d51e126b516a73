package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The dead letters of one group, in plain maps: those that are kept, and those that are among its messages. */
final class ModelLetters {

    final TreeMap<Long, DeadLetter> kept = new TreeMap<>();
    final Map<Long, DeadLetter> away = new HashMap<>();
    private final int group;

    ModelLetters(int group) {
        this.group = group;
    }

    DeadLetter died(long number, int stream, Message m, String reason, long wall) {
        return new DeadLetter(
                number, stream, group, m.offset, m.deliveries, m.firstWall, m.lastWall, wall, reason, m.order);
    }

    DeadLetter diedAgain(Message m, long wall) {
        long number = AsideOffset.letter(m.offset);
        DeadLetter was = away.remove(number);
        if (was == null) {
            throw new IllegalStateException("expected letter " + number + " to be away");
        }
        return new DeadLetter(
                number,
                was.streamId(),
                group,
                was.offset(),
                was.deliveries() + m.deliveries,
                was.firstDeliveredWallMillis(),
                m.lastWall,
                wall,
                "max_deliveries",
                was.order());
    }

    Message putBack(DeadLetter letter, boolean ordered) {
        away.put(letter.letter(), letter);
        Message m = new Message();
        m.offset = AsideOffset.of(letter.letter());
        m.state = State.READY;
        m.firstWall = letter.firstDeliveredWallMillis();
        m.lastWall = letter.lastDeliveredWallMillis();
        m.order = ordered ? letter.order() : KeyOrder.NONE;
        return m;
    }

    /** What is left of them when their group is deleted, to be swept. */
    Map<Long, Message> asMessages() {
        Map<Long, Message> rows = new HashMap<>();
        kept.keySet().forEach(number -> rows.put(number, new Message()));
        return rows;
    }
}
