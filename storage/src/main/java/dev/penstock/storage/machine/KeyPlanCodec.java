package dev.penstock.storage.machine;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.ParkedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The end of a grant: routes once, then by their number, since a grant has many keys of few routes. Stateless. */
final class KeyPlanCodec {

    private static final int NO_KEYS = 0;
    private static final int KEYS = 1;
    private static final int HAS_OLD_KEY = 1;

    private KeyPlanCodec() {}

    static void write(ByteWriter out, KeyPlan keys, long previousScan) {
        if (keys.isEmpty()) {
            out.u8(NO_KEYS);
            return;
        }
        Map<Long, Integer> routes = routes(keys);
        out.u8(KEYS).varint(routes.size());
        routes.keySet().forEach(out::i64);
        writeOrders(out, keys.fresh(), routes);
        CommandWriter.rising(out, keys.unparked(), 0);
        writeOrders(out, keys.unparkedOrders(), routes);
        out.varint(keys.parks().size());
        for (ParkedKey park : keys.parks()) {
            out.varint(routes.getOrDefault(park.route(), 0)).i64(park.key()).zigzag(park.offset() - previousScan);
        }
    }

    private static Map<Long, Integer> routes(KeyPlan keys) {
        TreeSet<Long> hashes = new TreeSet<>();
        keys.fresh().forEach(order -> hashes.add(order.route()));
        keys.unparkedOrders().forEach(order -> hashes.add(order.route()));
        keys.parks().forEach(park -> hashes.add(park.route()));
        Map<Long, Integer> routes = new TreeMap<>();
        hashes.forEach(hash -> routes.put(hash, routes.size()));
        return routes;
    }

    private static void writeOrders(ByteWriter out, List<KeyOrder> orders, Map<Long, Integer> routes) {
        out.varint(orders.size());
        for (KeyOrder order : orders) {
            int route = routes.getOrDefault(order.route(), 0);
            out.varint(((long) route << 1) | (order.oldKey() != 0 ? HAS_OLD_KEY : 0))
                    .i64(order.key());
            if (order.oldKey() != 0) {
                out.i64(order.oldKey());
            }
        }
    }

    static KeyPlan read(ByteReader in, long previousScan) {
        int form = in.u8();
        if (form == NO_KEYS) {
            return KeyPlan.NONE;
        }
        if (form != KEYS) {
            throw new UnknownFormatException("form of a grant's keys", form, "0 and 1");
        }
        long[] routes = new long[in.count("routes", Long.BYTES)];
        for (int i = 0; i < routes.length; i++) {
            routes[i] = in.i64();
        }
        List<KeyOrder> fresh = readOrders(in, routes);
        long[] unparked = CommandReader.rising(in, 0);
        List<KeyOrder> unparkedOrders = readOrders(in, routes);
        int count = in.count("parked keys", 10);
        List<ParkedKey> parks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long route = routes[in.bounded("a route", routes.length - 1)];
            long key = in.i64();
            parks.add(new ParkedKey(key, previousScan + in.zigzag(), route));
        }
        return new KeyPlan(fresh, unparked, unparkedOrders, parks);
    }

    private static List<KeyOrder> readOrders(ByteReader in, long[] routes) {
        int count = in.count("keys", 9);
        List<KeyOrder> orders = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int head = in.bounded("a route", 2 * (routes.length - 1) + 1);
            long key = in.i64();
            orders.add(new KeyOrder(key, (head & HAS_OLD_KEY) != 0 ? in.i64() : 0, routes[head >>> 1]));
        }
        return orders;
    }
}
