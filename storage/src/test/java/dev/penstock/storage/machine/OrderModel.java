package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.ParkedKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What order by key means, said over all messages of a group, with no care for speed. */
final class OrderModel {

    private OrderModel() {}

    static boolean isMalformed(GroupModel g, Command.Grant c) {
        KeyPlan keys = c.keys();
        if (!g.ordered()) {
            return !keys.isEmpty();
        }
        boolean bad = keys.fresh().size() != c.fresh().length;
        bad |= keys.unparkedOrders().size() != keys.unparked().length;
        for (ParkedKey park : keys.parks()) {
            bad |= park.key() == 0 || park.offset() < -1 || park.offset() >= c.newScan();
        }
        return bad;
    }

    /** The grant's messages, fresh, unparked and retried, with what is known of their keys. */
    static Map<Long, KeyOrder> outgoing(GroupModel g, Command.Grant c) {
        TreeMap<Long, KeyOrder> out = new TreeMap<>();
        for (long offset : c.retries()) {
            Message message = g.messages.get(offset);
            out.put(offset, message == null ? KeyOrder.NONE : message.order);
        }
        for (int i = 0; i < c.fresh().length; i++) {
            out.put(c.fresh()[i], g.ordered() ? c.keys().fresh().get(i) : KeyOrder.NONE);
        }
        for (int i = 0; i < c.keys().unparked().length; i++) {
            out.put(c.keys().unparked()[i], c.keys().unparkedOrders().get(i));
        }
        return out;
    }

    static Map<Long, ParkedKey> parkedAfter(GroupModel g, Command.Grant c) {
        Map<Long, ParkedKey> after = new HashMap<>(g.parked);
        for (ParkedKey park : c.keys().parks()) {
            if (park.offset() < 0) {
                after.remove(park.key());
            } else {
                after.put(park.key(), park);
            }
        }
        return after;
    }

    static boolean allowed(GroupModel g, long earliest, Command.Grant c) {
        Map<Long, KeyOrder> out = outgoing(g, c);
        Map<Long, ParkedKey> after = parkedAfter(g, c);
        return parksMove(g, c)
                && unparkedWaited(g, c)
                && Arrays.stream(c.keys().unparked()).allMatch(offset -> offset >= earliest)
                && out.entrySet().stream()
                        .allMatch(e -> (AsideOffset.isAside(e.getKey()) || passed(after, e.getKey(), e.getValue()))
                                && notHeld(g, out, e.getKey(), e.getValue())
                                && barrierAlone(g, out, after, e.getKey(), e.getValue()));
    }

    private static boolean parksMove(GroupModel g, Command.Grant c) {
        for (ParkedKey park : c.keys().parks()) {
            ParkedKey prior = g.parked.get(park.key());
            if (prior == null ? park.offset() < c.previousScan() : park.offset() >= 0 && isBackwards(prior, park)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBackwards(ParkedKey prior, ParkedKey park) {
        return park.offset() < prior.offset() || park.route() != prior.route();
    }

    private static boolean unparkedWaited(GroupModel g, Command.Grant c) {
        for (int i = 0; i < c.keys().unparked().length; i++) {
            long offset = c.keys().unparked()[i];
            for (long key : c.keys().unparkedOrders().get(i).waitingKeys()) {
                ParkedKey prior = g.parked.get(key);
                if (prior == null || prior.offset() > offset || g.messages.containsKey(offset)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean passed(Map<Long, ParkedKey> after, long offset, KeyOrder order) {
        for (long key : order.waitingKeys()) {
            ParkedKey parked = after.get(key);
            if (parked != null && parked.offset() <= offset) {
                return false;
            }
        }
        return true;
    }

    /** What was put back is earlier than all of the log. */
    static boolean isEarlier(long one, long other) {
        boolean aside = AsideOffset.isAside(one);
        return aside != AsideOffset.isAside(other) ? aside : one < other;
    }

    /**
     * No earlier unsettled message with a key in common stays behind; a barrier concerns all of its route. What was put back
     * would stand behind in the same answer.
     */
    private static boolean notHeld(GroupModel g, Map<Long, KeyOrder> out, long offset, KeyOrder order) {
        Set<Long> mine = keys(order);
        if (order.route() != 0) {
            mine.add(order.route());
        }
        for (Message other : g.messages.values()) {
            boolean goesBefore = out.containsKey(other.offset) && other.offset < offset;
            if (isEarlier(other.offset, offset)
                    && !goesBefore
                    && keys(other.order).stream().anyMatch(mine::contains)) {
                return false;
            }
        }
        return true;
    }

    private static boolean barrierAlone(
            GroupModel g, Map<Long, KeyOrder> out, Map<Long, ParkedKey> after, long offset, KeyOrder order) {
        if (!order.isBarrier()) {
            return true;
        }
        if (AsideOffset.isAside(offset)) {
            boolean before =
                    g.messages.values().stream().anyMatch(m -> AsideOffset.isAside(m.offset) && m.offset < offset);
            boolean with = out.entrySet().stream()
                    .anyMatch(e -> e.getKey() != offset && e.getValue().route() == order.route());
            return !before && !with;
        }
        boolean another =
                g.messages.values().stream().anyMatch(m -> m.offset != offset && m.order.route() == order.route());
        boolean together = out.entrySet().stream()
                .anyMatch(e -> e.getKey() != offset && e.getValue().route() == order.route());
        boolean waits = after.values().stream().anyMatch(p -> p.route() == order.route() && p.offset() < offset);
        return !another && !together && !waits;
    }

    static Set<Long> keys(KeyOrder order) {
        Set<Long> keys = new HashSet<>(List.of(order.key(), order.oldKey()));
        keys.remove(0L);
        return keys;
    }
}
