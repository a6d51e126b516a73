package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.ParkedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Plans of ordered groups as a leader could make them, mostly right: what is held back waits behind its keys, and comes out
 * again when they are free. Whether an offset matches and what its keys are depends on the offset alone.
 */
final class GrantPlans {

    private static final long ROUTES = 2;

    private final Random random;
    private final GroupModel g;
    private final long scan;
    private final Set<Long> retries;
    private final TreeMap<Long, KeyOrder> unparked = new TreeMap<>();
    private final long earliest;
    private final Map<Long, ParkedKey> parked;
    private final Set<Long> moved = new HashSet<>();
    private final Set<Long> routesOut = new HashSet<>();
    private final Set<Long> barriersOut = new HashSet<>();

    GrantPlans(Random random, GroupModel g, long earliest, long scan, Set<Long> retries) {
        this.random = random;
        this.g = g;
        this.earliest = earliest;
        this.scan = scan;
        this.retries = retries;
        this.parked = new HashMap<>(g.parked);
    }

    static boolean matches(long offset) {
        return offset % 3 != 2;
    }

    /** Few keys, so that order matters; some events have none, some two, some are barriers. */
    static KeyOrder order(long offset) {
        long route = 1_000_000 + offset / 5 % ROUTES;
        if (offset % 19 == 0) {
            return new KeyOrder(route, 0, route);
        }
        long key = offset % 4 == 0 ? 0 : -(offset * 7919 % 13 * ROUTES + offset / 5 % ROUTES) - 1;
        long oldKey = offset % 9 == 0 ? -((offset * 31 + 5) % 13 * ROUTES + offset / 5 % ROUTES) - 1 : 0;
        return new KeyOrder(key, oldKey, route);
    }

    private boolean rarely() {
        return random.nextInt(40) == 0;
    }

    /** Takes out of {@code fresh} what has to wait. */
    KeyPlan plan(Set<Long> fresh) {
        for (long retry : retries) {
            Message message = g.messages.get(retry);
            note(message == null ? order(retry) : message.order);
        }
        if (random.nextInt(4) > 0) {
            unpark();
        }
        for (long offset : List.copyOf(fresh)) {
            KeyOrder order = order(offset);
            if (isHeld(order, offset) && !rarely()) {
                fresh.remove(offset);
                if (!rarely()) {
                    park(order, offset);
                }
            } else {
                note(order);
            }
        }
        List<ParkedKey> parks = new ArrayList<>();
        for (long key : new TreeSet<>(moved)) {
            ParkedKey now = parked.get(key);
            if (!rarely()) {
                ParkedKey prior = g.parked.get(key);
                long route = now != null ? now.route() : prior != null ? prior.route() : 0;
                parks.add(new ParkedKey(key, now == null ? KeyPlan.NOTHING_WAITS : now.offset(), route));
            }
        }
        if (random.nextInt(200) == 0) {
            parks.add(new ParkedKey(random.nextInt(3), scan + random.nextInt(40) - 30, 1_000_000));
        }
        List<KeyOrder> orders = new ArrayList<>();
        fresh.forEach(offset -> orders.add(order(offset)));
        if (random.nextInt(300) == 0) {
            orders.add(KeyOrder.NONE);
        }
        return new KeyPlan(orders, CommandGenerator.toArray(unparked.keySet()), List.copyOf(unparked.values()), parks);
    }

    private void note(KeyOrder order) {
        routesOut.add(order.route());
        if (order.isBarrier()) {
            barriersOut.add(order.route());
        }
    }

    /** Offsets that wait, lowest first, as far as their keys are free. */
    private void unpark() {
        long lowest =
                g.parked.values().stream().mapToLong(ParkedKey::offset).min().orElse(scan);
        long from = rarely() ? lowest : Math.max(lowest, earliest);
        for (long offset = from; offset < scan && unparked.size() < 6; offset++) {
            KeyOrder order = order(offset);
            if (waits(order, offset) && (!isHeldByAnother(order, offset) || rarely())) {
                unparked.put(offset, order);
                note(order);
                for (long key : order.waitingKeys()) {
                    moveOn(key, offset, order.route());
                }
            }
        }
    }

    private boolean waits(KeyOrder order, long offset) {
        if (!matches(offset) || g.messages.containsKey(offset)) {
            return false;
        }
        for (long key : order.waitingKeys()) {
            ParkedKey at = parked.get(key);
            if (at == null || at.offset() > offset) {
                return false;
            }
        }
        return true;
    }

    private void moveOn(long key, long offset, long route) {
        moved.add(key);
        for (long next = offset + 1; next < scan; next++) {
            KeyOrder order = order(next);
            boolean ofKey = false;
            for (long each : order.waitingKeys()) {
                ofKey |= each == key;
            }
            if (ofKey && waits(order, next)) {
                parked.put(key, new ParkedKey(key, next, route));
                return;
            }
        }
        parked.remove(key);
    }

    private boolean isHeld(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            if (parked.containsKey(key)) {
                return true;
            }
        }
        return isHeldByAnother(order, offset);
    }

    /** By an unsettled message, a barrier, or what goes out with it. */
    private boolean isHeldByAnother(KeyOrder order, long offset) {
        Set<Long> keys = OrderModel.keys(order);
        keys.add(order.route());
        boolean behind = g.messages.values().stream()
                .anyMatch(m -> OrderModel.isEarlier(m.offset, offset)
                        && (!retries.contains(m.offset) || m.offset > offset)
                        && OrderModel.keys(m.order).stream().anyMatch(keys::contains));
        ParkedKey barrier = parked.get(order.route());
        boolean behindBarrier = barriersOut.contains(order.route()) || (barrier != null && barrier.offset() < offset);
        if (!order.isBarrier()) {
            return behind || behindBarrier;
        }
        return behind
                || routesOut.contains(order.route())
                || g.messages.values().stream().anyMatch(m -> m.order.route() == order.route())
                || parked.values().stream().anyMatch(p -> p.route() == order.route() && p.offset() < offset);
    }

    private void park(KeyOrder order, long offset) {
        for (long key : order.waitingKeys()) {
            if (!parked.containsKey(key)) {
                parked.put(key, new ParkedKey(key, offset, order.route()));
                moved.add(key);
            }
        }
    }
}
