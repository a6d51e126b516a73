package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Messages to queues, in short words. */
final class QueueFixture {

    private QueueFixture() {}

    /** A message of deduplication id {@code id}; 0 = none. */
    record Sent(String prefix, long id, int delaySeconds) {
        static Sent of(String queue, long id) {
            return new Sent("penstock:m:" + queue, id, MessageFacts.NO_DELAY);
        }
    }

    static Command.CreateGroup queue(String name, Ordering ordering) {
        return new Command.CreateGroup(
                name,
                1,
                new StartPosition.Latest(),
                new GroupConfig(
                        30_000,
                        0,
                        ordering,
                        GroupConfig.Mode.CHANGES,
                        List.of(),
                        List.of(),
                        "",
                        0,
                        0,
                        false,
                        Optional.of(QueueConfig.defaults()),
                        ""));
    }

    /** One transaction at the LSN. */
    static Command.Append append(SourcePosition previous, long lsn, Sent... messages) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", previous);
        for (int i = 0; i < messages.length; i++) {
            batch.add(new ChangeEvent(
                    new SourcePosition(1, new Lsn(lsn), i),
                    Action.MESSAGE,
                    Route.message(messages[i].prefix()),
                    1_700_000_000_000_000L + lsn,
                    (int) lsn,
                    77,
                    0,
                    false,
                    ("{\"content\":\"" + lsn + " " + i + "\"}").getBytes(StandardCharsets.UTF_8),
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    new MessageFacts(messages[i].delaySeconds(), messages[i].id(), 0)));
        }
        batch.endTransaction(new Lsn(lsn + 8));
        return new Command.Append(1, BatchCodec.encode(batch.build()));
    }
}
