package dev.penstock.storage.codec;

import static dev.penstock.storage.codec.Batches.position;
import static dev.penstock.storage.codec.Batches.utf8;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** Batches of every shape, all fields set. The golden file holds their bytes, in this order: only ever append. */
final class GoldenBatches {

    /** @param stored true if its bodies do not compress, so that the same bytes come out of any zstd */
    record Sample(String name, boolean stored, EventBatch batch) {}

    private static final Route LINES = Route.table("sales", "Zeilen ä", List.of("order_id", "line"));
    private static final Route JOBS = Route.message("penstock:q:jobs");
    private static final byte[] NONE = ChangeEvent.ABSENT;

    private GoldenBatches() {}

    static List<Sample> all() {
        return List.of(
                new Sample("STORED_GAP", true, gap()),
                new Sample("STORED_ONE_ROW", true, oneRow()),
                new Sample("STORED_EVERY_ACTION", true, everyAction()),
                new Sample("STORED_NEIGHBOURS", true, neighbours()),
                new Sample("STORED_MESSAGES", true, messages()),
                new Sample("ZSTD_OPEN_TRANSACTION", false, openTransaction()),
                new Sample("ZSTD_TRANSACTION", false, Batches.transaction("main", position(1, 99, 0), 1, 100, 200)));
    }

    /** As the replicator makes it when its slot has gone. */
    private static EventBatch gap() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", position(2, 0x16_B374_D848L, 5));
        builder.add(new ChangeEvent(
                position(2, 0x16_B374_D848L, 6),
                Action.GAP,
                Route.SOURCE,
                1_795_255_200_123_472L,
                0,
                0,
                0,
                true,
                utf8("{\"reason\":\"slot_missing\",\"from\":\"16/B374D848\",\"to\":null}"),
                NONE,
                NONE,
                NONE));
        builder.endTransaction(new Lsn(0x16_B374_D848L));
        return builder.build();
    }

    static EventBatch oneRow() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        builder.add(Batches.insert(position(1, 0x16B3748, 0), 42, 1_795_255_223_927_176L));
        builder.endTransaction(new Lsn(0x16B3780));
        return builder.build();
    }

    /**
     * All actions, all kinds of routes, all forms of an entry: next in its transaction, with a hole in it, a new
     * transaction, a new epoch with a lower LSN; time and transaction id that go back; one hash, two, none, only the old
     * one; barrier.
     */
    private static EventBatch everyAction() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", position(1, 0x16B3700, 4));
        long t = 1_795_255_223_927_176L;
        add(builder, position(1, 0x16B3748, 0), Action.INSERT, Batches.ORDERS, t, 565, 11, 0, false);
        add(builder, position(1, 0x16B3748, 1), Action.UPDATE, Batches.ORDERS, t, 565, 12, 11, false);
        add(builder, position(1, 0x16B3748, 3), Action.DELETE, LINES, t, 565, -13, 0, false);
        builder.endTransaction(new Lsn(0x16B3790));
        add(builder, position(1, 0x16B3900, 0), Action.TRUNCATE, Batches.ORDERS, t + 440, 566, 0, 0, true);
        add(builder, position(1, 0x16B3900, 300), Action.READ, LINES, t + 440, 566, Long.MIN_VALUE, 0, false);
        builder.endTransaction(new Lsn(0x16B3A00));
        add(builder, position(1, 0x16B3B00, 0), Action.MESSAGE, JOBS, t + 952, 0, 0, 0, false);
        add(builder, position(1, 0x16B3C00, 0), Action.UPDATE, LINES, t - 9, 0xffff_fffe, 0, -1, false);
        add(builder, position(3, 0x10, 7), Action.GAP, Route.SOURCE, -5, 0, 0, 0, true);
        return builder.build();
    }

    /** Next in place, but with another transaction id, or another time: not coded as of the same transaction. */
    private static EventBatch neighbours() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", position(1, 0x4000, 0));
        add(builder, position(1, 0x5000, 0), Action.INSERT, Batches.ORDERS, 1000, 5, 11, 0, false);
        add(builder, position(1, 0x5000, 1), Action.INSERT, Batches.ORDERS, 1000, 6, 12, 0, false);
        add(builder, position(1, 0x5000, 2), Action.INSERT, Batches.ORDERS, 1001, 6, 13, 0, false);
        add(builder, position(2, 0x5000, 3), Action.INSERT, Batches.ORDERS, 1001, 6, 14, 0, false);
        add(builder, position(2, 0x5001, 4), Action.INSERT, Batches.ORDERS, 1001, 6, 15, 0, false);
        builder.endTransaction(new Lsn(0x5008));
        return builder.build();
    }

    /** To queues: with a delay, with a fact of deduplication, with both, with neither, and next to a row. */
    private static EventBatch messages() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", position(1, 0x6000, 0));
        Route sent = Route.message("penstock:m:jobs.fifo");
        message(builder, 0, sent, new MessageFacts(900, 0, 0));
        message(builder, 1, sent, new MessageFacts(MessageFacts.NO_DELAY, 0x0102_0304_0506_0708L, -2));
        message(builder, 2, sent, new MessageFacts(0, -1, 0));
        message(builder, 3, JOBS, MessageFacts.NONE);
        add(builder, position(1, 0x7000, 4), Action.INSERT, Batches.ORDERS, 2000, 9, 11, 0, false);
        builder.endTransaction(new Lsn(0x7008));
        return builder.build();
    }

    private static void message(EventBatch.Builder builder, int ordinal, Route route, MessageFacts facts) {
        builder.add(new ChangeEvent(
                position(1, 0x7000, ordinal),
                Action.MESSAGE,
                route,
                2000,
                9,
                77 + ordinal,
                0,
                false,
                noise(ordinal, 60),
                NONE,
                NONE,
                NONE,
                facts));
    }

    private static void add(
            EventBatch.Builder builder,
            SourcePosition position,
            Action action,
            Route route,
            long micros,
            int xid,
            long keyHash,
            long oldKeyHash,
            boolean barrier) {
        int i = builder.count();
        byte[] changes = action == Action.UPDATE ? noise(100 + i, 40) : NONE;
        byte[] unchanged = action == Action.UPDATE ? utf8("[\"note\"]") : NONE;
        byte[] key = keyHash == 0 ? NONE : utf8("{\"id\":" + i + "}");
        builder.add(new ChangeEvent(
                position,
                action,
                route,
                micros,
                xid,
                keyHash,
                oldKeyHash,
                barrier,
                noise(i, 400),
                changes,
                unchanged,
                key));
    }

    /** Compresses, fills all four fragments, and its last event does not end its transaction. */
    private static EventBatch openTransaction() {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", position(1, 0x2000, 0));
        for (int i = 0; i < 12; i++) {
            builder.add(new ChangeEvent(
                    position(1, 0x3000, 40 + i),
                    Action.UPDATE,
                    LINES,
                    1_795_255_223_000_000L,
                    900,
                    7_000_003L * (i + 1),
                    7_000_003L * i,
                    false,
                    utf8("{\"order_id\":" + (i + 1) + ",\"line\":1,\"text\":\"grün\",\"amount\":\"19.90\"}"),
                    utf8("{\"order_id\":" + i + "}"),
                    utf8("[\"picture\"]"),
                    utf8("{\"order_id\":" + (i + 1) + ",\"line\":1}")));
        }
        return builder.build();
    }

    /** Bytes that no compressor makes smaller, the same for ever: SHA-256 of a counter. */
    private static byte[] noise(int seed, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length + 32);
        for (int block = 0; bytes.position() < length; block++) {
            byte[] counter = ByteBuffer.allocate(8).putInt(seed).putInt(block).array();
            bytes.put(sha256(counter));
        }
        return Arrays.copyOf(bytes.array(), length);
    }

    private static byte[] sha256(byte[] input) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256, which every Java runtime must have", e);
        }
    }
}
