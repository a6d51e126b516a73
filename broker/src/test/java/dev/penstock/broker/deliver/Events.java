package dev.penstock.broker.deliver;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Fills a stream with events for tests: one-row transactions, numbered from 1. */
public final class Events {

    public static final Route ORDERS = Route.table("public", "orders", List.of("id"));
    public static final Route CUSTOMERS = Route.table("public", "customers", List.of("id"));

    private final LocalLog log;
    private final int streamId;
    private SourcePosition last = SourcePosition.ORIGIN;
    private long lsn = 0x1000;
    private long number;

    private Events(LocalLog log, int streamId) {
        this.log = log;
        this.streamId = streamId;
    }

    /** Opens source {@code main} in the log. */
    public static Events open(LocalLog log) {
        log.submit(List.of(new Command.SourceIntent("main", "shop", "penstock_main", "penstock_pub")))
                .join();
        int streamId;
        try (var view = log.openView()) {
            streamId = view.stream("main").orElseThrow().id();
        }
        log.submit(List.of(new Command.SourceReady(streamId, "7000000000000000001", 1, new Lsn(0x1000))))
                .join();
        return new Events(log, streamId);
    }

    /** Appends {@code count} inserts into the table as one batch. */
    public void insert(Route table, int count) {
        String[] records = new String[count];
        for (int i = 0; i < count; i++) {
            records[i] = "{\"id\":" + (number + 1 + i) + ",\"note\":\"n" + (number + 1 + i) + "\"}";
        }
        insert(table, records);
    }

    /** Appends inserts of these rows, as JSON, as one batch. */
    public void insert(Route table, String... records) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        for (String record : records) {
            lsn += 0x100;
            number++;
            last = new SourcePosition(1, new Lsn(lsn), 0);
            byte[] key = utf8("{\"id\":" + number + "}");
            batch.add(new ChangeEvent(
                    last,
                    Action.INSERT,
                    table,
                    1_700_000_000_000_000L + number,
                    (int) number,
                    number,
                    0,
                    false,
                    utf8(record),
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    key));
            batch.endTransaction(new Lsn(lsn + 0x80));
        }
        log.append(new Command.Append(streamId, BatchCodec.encode(batch.build())))
                .join();
    }

    /** Appends one logical message, as the transaction {@code xid}. */
    public void message(String prefix, String content, int xid, long keyHash, MessageFacts facts) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        lsn += 0x100;
        number++;
        last = new SourcePosition(1, new Lsn(lsn), 0);
        batch.add(new ChangeEvent(
                last,
                Action.MESSAGE,
                Route.message(prefix),
                1_700_000_000_000_000L + number,
                xid,
                keyHash,
                0,
                false,
                utf8("{\"prefix\":\"" + prefix + "\",\"content\":\"" + content + "\",\"transactional\":true}"),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                facts));
        batch.endTransaction(new Lsn(lsn + 0x80));
        log.append(new Command.Append(streamId, BatchCodec.encode(batch.build())))
                .join();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
