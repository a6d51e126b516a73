package dev.penstock.broker.plan;

import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;

/** What an ordered group must know of the events of a batch, from its index and header. Stateless. */
public final class EventOrders {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private EventOrders() {}

    /** The hash of each of the batch's routes, by their number. */
    public static long[] routes(LogBatch batch) {
        return batch.header().routes().stream().mapToLong(EventOrders::hash).toArray();
    }

    public static KeyOrder at(LogBatch batch, int i, long[] routes) {
        long route = routes[batch.columns().route(i)];
        return batch.columns().barrier(i)
                ? new KeyOrder(route, 0, route)
                : new KeyOrder(batch.columns().keyHash(i), batch.columns().oldKeyHash(i), route);
    }

    /**
     * 64-bit FNV-1a over kind, schema and name; never 0. Kept in the group's state: must not change. A queue has one, whichever
     * prefix its messages come by: they have keys in common, and a key is of one route.
     */
    public static long hash(Route of) {
        Route route = of.kind() == Route.Kind.MESSAGE && QueueConfig.isPrefix(of.name())
                ? Route.message(QueueConfig.envelopePrefix(QueueConfig.groupOf(of.name()), false))
                : of;
        long hash = step(FNV_OFFSET, (char) route.kind().code());
        for (String part : new String[] {route.schema(), route.name()}) {
            for (int i = 0; i < part.length(); i++) {
                hash = step(hash, part.charAt(i));
            }
            hash = step(hash, '\0');
        }
        return hash == 0 ? 1 : hash;
    }

    private static long step(long hash, char c) {
        long low = (hash ^ (c & 0xff)) * FNV_PRIME;
        return (low ^ (c >>> 8)) * FNV_PRIME;
    }
}
