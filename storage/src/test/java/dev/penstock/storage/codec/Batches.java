package dev.penstock.storage.codec;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Batches for tests. */
public final class Batches {

    public static final Route ORDERS = Route.table("public", "orders", List.of("id"));

    private Batches() {}

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static SourcePosition position(int epoch, long lsn, long ordinal) {
        return new SourcePosition(epoch, new Lsn(lsn), ordinal);
    }

    /** An insert into {@link #ORDERS}. */
    public static ChangeEvent insert(SourcePosition position, long id, long commitMicros) {
        return new ChangeEvent(
                position,
                Action.INSERT,
                ORDERS,
                commitMicros,
                (int) position.commitLsn().value(),
                1_000_000_007L * (id + 1),
                0,
                false,
                utf8("{\"id\":" + id + ",\"status\":\"new\",\"amount\":\"19.90\"}"),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                utf8("{\"id\":" + id + "}"));
    }

    /** One transaction of so many inserts at the LSN, complete. */
    public static EventBatch transaction(String source, SourcePosition previous, int epoch, long lsn, int events) {
        EventBatch.Builder builder = new EventBatch.Builder(source, "shop", previous);
        for (int i = 0; i < events; i++) {
            builder.add(insert(position(epoch, lsn, i), lsn * 1000 + i, 1_700_000_000_000_000L + lsn));
        }
        builder.endTransaction(new Lsn(lsn + 8));
        return builder.build();
    }

    /** The batch with a deduplication fact, sixteen bytes of 0xd5, at the first entry; an index of one entry only. */
    static byte[] deduplicated(byte[] batch) {
        ByteReader lengths = new ByteReader("test", batch, 8, 16);
        int indexAt = 28 + lengths.i32();
        int indexBytes = lengths.i32();
        byte[] fact = new byte[16];
        Arrays.fill(fact, (byte) 0xd5);
        return new ByteWriter(batch.length + 32)
                .raw(batch, 0, indexAt)
                .u8(batch[indexAt] | 0x80)
                .u8(1)
                .raw(batch, indexAt + 1, indexBytes - 1)
                .raw(fact)
                .raw(batch, indexAt + indexBytes, batch.length - indexAt - indexBytes)
                .setI32(12, indexBytes + 17)
                .sealed(4);
    }
}
