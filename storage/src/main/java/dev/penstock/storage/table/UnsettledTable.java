package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.UnsettledMessage;
import org.jspecify.annotations.Nullable;

/**
 * One row per delivered and not yet settled message. Key {@code 07 | group id 4B | generation 8B | offset 8B}: a seek or
 * delete makes all rows of the generation dead at once, and a sweep removes them.
 */
public final class UnsettledTable {

    /** A message with the value it was read from, which the next change gives back as known. */
    public record Stored(UnsettledMessage message, byte[] value) {}

    private static final int HAS_KEY = 1;
    private static final int HAS_OLD_KEY = 2;
    private static final int HAS_ROUTE = 4;
    /** Delivered more than once: the time from the first to the last delivery ends the row. */
    private static final int HAS_LAST_DELIVERY = 8;

    private static final int ALL_FLAGS = HAS_KEY | HAS_OLD_KEY | HAS_ROUTE | HAS_LAST_DELIVERY;

    private UnsettledTable() {}

    public static byte[] key(int groupId, long generation, long offset) {
        return RowKey.of(RowKey.UNSETTLED, groupId, generation, offset);
    }

    public static @Nullable Stored get(KeyReader reader, int groupId, long generation, long offset) {
        byte[] value = reader.get(Space.STATE, key(groupId, generation, offset));
        return value == null ? null : new Stored(decode(offset, value), value);
    }

    /** Rows of the generation from the offset on: the key range for a cursor. */
    public static KeyRange range(int groupId, long generation, long fromOffset) {
        return KeyRange.within(
                RowKey.of(RowKey.UNSETTLED, groupId, generation), key(groupId, generation, Math.max(0, fromOffset)));
    }

    /** The row a cursor over {@link #range} stands on. */
    public static Stored at(Cursor cursor) {
        byte[] value = cursor.value();
        return new Stored(decode(RowKey.longAt(cursor.key(), 13), value), value);
    }

    /** At or after the scan position, where no row can be. */
    public static void insert(Transaction tx, int groupId, long generation, UnsettledMessage message) {
        tx.insertKnownAbsent(Space.STATE, key(groupId, generation, message.offset()), encode(message));
    }

    public static void update(Transaction tx, int groupId, long generation, Stored prior, UnsettledMessage next) {
        tx.updateKnown(Space.STATE, key(groupId, generation, next.offset()), prior.value(), encode(next));
    }

    public static void delete(Transaction tx, int groupId, long generation, Stored prior) {
        tx.deleteKnown(Space.STATE, key(groupId, generation, prior.message().offset()), prior.value());
    }

    public static byte[] encode(UnsettledMessage message) {
        KeyOrder order = message.order();
        int flags = (order.key() != 0 ? HAS_KEY : 0)
                | (order.oldKey() != 0 ? HAS_OLD_KEY : 0)
                | (order.route() != 0 ? HAS_ROUTE : 0)
                | (message.lastDeliveredWallMillis() != message.firstDeliveredWallMillis() ? HAS_LAST_DELIVERY : 0);
        ByteWriter out = RowValue.write(48)
                .u8(message.state().code())
                .u8(flags)
                .varint(message.lease().leaseIndex())
                .varint(message.lease().leaseOrdinal())
                .varint(message.dueMillis())
                .varint(message.deliveries())
                .zigzag(message.firstDeliveredWallMillis());
        for (long hash : new long[] {order.key(), order.oldKey(), order.route()}) {
            if (hash != 0) {
                out.i64(hash);
            }
        }
        if ((flags & HAS_LAST_DELIVERY) != 0) {
            out.zigzag(message.lastDeliveredWallMillis() - message.firstDeliveredWallMillis());
        }
        return out.toBytes();
    }

    private static UnsettledMessage decode(long offset, byte[] value) {
        ByteReader in = RowValue.read("unsettled row", value);
        int state = in.u8();
        if (state < 1 || state > 4) {
            throw new UnknownFormatException("state of an unsettled message", state, "1 to 4");
        }
        int flags = in.u8();
        if ((flags & ~ALL_FLAGS) != 0) {
            throw new UnknownFormatException("flag set of an unsettled message", flags, "bits 0 to 3");
        }
        long leaseIndex = in.varint();
        int leaseOrdinal = in.bounded("a lease ordinal", Integer.MAX_VALUE);
        long dueMillis = in.varint();
        int deliveries = in.bounded("a delivery count", Integer.MAX_VALUE);
        long firstDelivered = in.zigzag();
        KeyOrder order = flags == 0
                ? KeyOrder.NONE
                : new KeyOrder(
                        (flags & HAS_KEY) != 0 ? in.i64() : 0,
                        (flags & HAS_OLD_KEY) != 0 ? in.i64() : 0,
                        (flags & HAS_ROUTE) != 0 ? in.i64() : 0);
        long lastDelivered = (flags & HAS_LAST_DELIVERY) != 0 ? firstDelivered + in.zigzag() : firstDelivered;
        in.finish();
        return new UnsettledMessage(
                offset,
                UnsettledMessage.State.ofCode(state),
                new LeaseRef(offset, leaseIndex, leaseOrdinal),
                dueMillis,
                deliveries,
                firstDelivered,
                lastDelivered,
                order);
    }
}
