package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.List;
import java.util.Random;

/** A source as the real machine knows it, and batches for it, one after the other. Used by one thread. */
final class SourceLoad {
    static final int EVENTS_PER_BATCH = 4;

    private final int streamId;
    private final Random random = new Random(7);
    private SourcePosition last = SourcePosition.ORIGIN;
    private long lsn = 1_000;
    long appended;

    private SourceLoad(int streamId) {
        this.streamId = streamId;
    }

    static SourceLoad open(TestCluster cluster, String name) {
        Reply opened = cluster.append(new Command.SourceIntent(name, "shop", "slot_" + name, "publication"))
                .replies()
                .get(0);
        int streamId = ((Reply.SourceOpened) opened).streamId();
        Reply ready = cluster.append(new Command.SourceReady(streamId, "system", 1, new Lsn(1)))
                .replies()
                .get(0);
        assertThat(ready).isInstanceOf(Reply.Done.class);
        return new SourceLoad(streamId);
    }

    /** Bodies that do not compress. */
    Command.Append next(int bytes) {
        lsn += 100;
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", last);
        for (int i = 0; i < EVENTS_PER_BATCH; i++) {
            byte[] body = new byte[bytes / EVENTS_PER_BATCH];
            random.nextBytes(body);
            builder.add(new ChangeEvent(
                    Batches.position(1, lsn, i),
                    Action.INSERT,
                    Batches.ORDERS,
                    1_700_000_000_000_000L + lsn,
                    5,
                    lsn * 10 + i,
                    0,
                    false,
                    body,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    Batches.utf8("{\"id\":" + i + "}")));
        }
        builder.endTransaction(new Lsn(lsn + 8));
        EventBatch batch = builder.build();
        last = batch.header().last();
        return new Command.Append(streamId, BatchCodec.encode(batch));
    }

    /** Whatever happens, the log holds it once when this returns. */
    void append(TestCluster cluster, int bytes) {
        List<Reply> replies = cluster.append(next(bytes)).replies();
        assertThat(replies.get(0)).isInstanceOfAny(Reply.Appended.class, Reply.Duplicate.class);
        appended += EVENTS_PER_BATCH;
    }
}
