package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands out messages as the leader planned it. Everything is checked before anything is changed: a stale plan is refused
 * as a whole. What is skipped in [previousScan, newScan) is the planner's word, good only under its plan version. Touches
 * at most five rows per message, {@link #MAX_GRANT} messages.
 */
final class GrantHandler {

    /** Leased messages of one group: the limit of the outside contract, SQS' own. */
    static final int IN_FLIGHT_LIMIT = 120_000;

    /** Ten times what one receive may ask for; bounds the work of one command. */
    static final int MAX_GRANT = 10_000;

    /** Keys of one ordered group behind which events wait. Beyond it the scan stops until some are free. */
    static final int MAX_PARKED_KEYS = 120_000;

    /** Keys that begin, move or cease to wait in one grant: about 12 bytes each. */
    static final int MAX_PARKS = 20_000;

    /** One leap year: above every limit of the services, so that no sum of times can overflow. */
    static final long MAX_DELAY_MILLIS = 366L * 24 * 60 * 60 * 1000;

    private final Catalog catalog;
    private final Messages messages;

    GrantHandler(Catalog catalog, Messages messages) {
        this.catalog = catalog;
        this.messages = messages;
    }

    Reply grant(Entry entry, Command.Grant c) {
        if (!entry.isPlannedInItsTerm()) {
            return Refusal.staleTerm(entry);
        }
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (!group.ordered()) {
            return checkAndHandOut(entry, group, c);
        }
        // What waits behind keys is known to the plan before only: alone, this one could pass it over for ever.
        Reply reply = entry.refusedGrants.contains(group.id)
                ? notAvailable(group, c.previousScan())
                : checkAndHandOut(entry, group, c);
        if (reply instanceof Rejected) {
            entry.refusedGrants.add(group.id);
        }
        return reply;
    }

    private Reply checkAndHandOut(Entry entry, Group group, Command.Grant c) {
        Rejected refusal = checkPlan(group, c);
        if (refusal != null) {
            return refusal;
        }
        List<Stored> retries = new ArrayList<>(c.retries().length);
        for (long offset : c.retries()) {
            Stored row = messages.find(entry, group, offset);
            if (row == null || row.message().state() != State.READY) {
                return notAvailable(group, offset);
            }
            retries.add(row);
        }
        if (group.ordered()) {
            long blocked = new KeyOrderCheck(entry, group, catalog.earliest(group), c, retries).firstBlocked();
            if (blocked >= 0) {
                return notAvailable(group, blocked);
            }
        }
        return handOut(entry, group, c, retries);
    }

    private @Nullable Rejected checkPlan(Group group, Command.Grant c) {
        if (group.generation != c.generation()) {
            return Refusal.staleGeneration(group, c.generation());
        }
        if (group.planVersion != c.planVersion()) {
            return new Rejected(
                    Rejection.STALE_PLAN,
                    "expected plan version " + group.planVersion + " of group " + group.id + ", but got "
                            + c.planVersion());
        }
        if (group.scan != c.previousScan()) {
            return new Rejected(
                    Rejection.STALE_SCAN,
                    "expected a plan from scan position " + group.scan + " of group " + group.id + ", but got "
                            + c.previousScan());
        }
        StreamState stream = catalog.stream(group.streamId);
        if (stream == null) {
            return Refusal.unknownStream(group.streamId);
        }
        String fault = faultOf(c, stream.end());
        if (fault == null) {
            fault = KeyOrderCheck.faultOf(group, c);
        }
        if (fault == null) {
            fault = delayFaultOf(group, c);
        }
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        if (group.leased + messages(c) > IN_FLIGHT_LIMIT) {
            return new Rejected(
                    Rejection.IN_FLIGHT_LIMIT,
                    "expected at most " + IN_FLIGHT_LIMIT + " messages of group " + group.id + " in flight, but "
                            + group.leased + " are");
        }
        return null;
    }

    private static @Nullable String faultOf(Command.Grant c, long end) {
        if (c.newScan() < c.previousScan() || c.newScan() > end) {
            return "expected a scan position from " + c.previousScan() + " to " + end + ", but got " + c.newScan();
        }
        if (messages(c) > MAX_GRANT) {
            return "expected at most " + MAX_GRANT + " messages in a grant";
        }
        if (c.visibilityMillis() < 0 || c.visibilityMillis() > MAX_DELAY_MILLIS) {
            return "expected a visibility timeout of 0 to " + MAX_DELAY_MILLIS + " ms";
        }
        if (!risesWithin(c.fresh(), c.previousScan(), c.newScan())
                || !areRetries(c.retries(), c.previousScan())
                || !risesWithin(c.keys().unparked(), 0, c.previousScan())) {
            return "expected rising offsets, fresh ones in [" + c.previousScan() + ", " + c.newScan()
                    + "), retried and unparked ones below";
        }
        return null;
    }

    /** That they are due within reason is seen where they are inserted. */
    private static @Nullable String delayFaultOf(Group group, Command.Grant c) {
        DelayPlan delays = c.delays();
        if (delays.count() == 0) {
            return null;
        }
        if (group.ordered()) {
            return "expected no delays of an ordered group: what follows them would overtake them";
        }
        if (delays.count() != delays.dueMillis().length || messages(c) + delays.count() > MAX_GRANT) {
            return "expected at most " + MAX_GRANT + " messages in a grant, each delayed one with its time";
        }
        if (!risesWithin(delays.offsets(), c.previousScan(), c.newScan())) {
            return "expected rising offsets of delayed messages in [" + c.previousScan() + ", " + c.newScan() + ")";
        }
        int fresh = 0;
        for (long offset : delays.offsets()) {
            while (fresh < c.fresh().length && c.fresh()[fresh] < offset) {
                fresh++;
            }
            if (fresh < c.fresh().length && c.fresh()[fresh] == offset) {
                return "expected offset " + offset + " to be delayed or handed out, not both";
            }
        }
        return null;
    }

    /** Reached before their time: like messages given back with a delay, but never delivered, under a lease of nobody. */
    private void delay(Entry entry, Group group, DelayPlan delays) {
        int firstOrdinal = entry.takeOrdinals(delays.count());
        for (int i = 0; i < delays.count(); i++) {
            long offset = delays.offsets()[i];
            long due = Math.min(delays.dueMillis()[i], entry.after(MAX_DELAY_MILLIS));
            boolean isDue = due <= entry.clockMillis;
            messages.insert(
                    entry,
                    group,
                    new UnsettledMessage(
                            offset,
                            isDue ? State.READY : State.DELAYED,
                            new LeaseRef(offset, entry.index, firstOrdinal + i),
                            isDue ? 0 : due,
                            0,
                            0,
                            KeyOrder.NONE));
        }
    }

    private static boolean risesWithin(long[] offsets, long from, long to) {
        long least = from;
        for (long offset : offsets) {
            if (offset < least || offset >= to) {
                return false;
            }
            least = offset + 1;
        }
        return true;
    }

    /** Those that were put back from the dead letters lie above the log. */
    private static boolean areRetries(long[] offsets, long scan) {
        int inLog = offsets.length;
        while (inLog > 0 && AsideOffset.isAside(offsets[inLog - 1])) {
            inLog--;
        }
        return risesWithin(Arrays.copyOf(offsets, inLog), 0, scan)
                && risesWithin(Arrays.copyOfRange(offsets, inLog, offsets.length), AsideOffset.BASE, Long.MAX_VALUE);
    }

    private static int messages(Command.Grant c) {
        return c.fresh().length + c.retries().length + c.keys().unparked().length;
    }

    /** One message that goes out, with its row if it was delivered before. */
    private record Outgoing(long offset, @Nullable Stored prior, KeyOrder order) {}

    /** In order of offset. */
    private static List<Outgoing> outgoing(Group group, Command.Grant c, List<Stored> retries) {
        List<Outgoing> out = new ArrayList<>(messages(c));
        for (Stored retry : retries) {
            out.add(new Outgoing(
                    retry.message().offset(), retry, retry.message().order()));
        }
        for (int i = 0; i < c.keys().unparked().length; i++) {
            out.add(new Outgoing(
                    c.keys().unparked()[i], null, c.keys().unparkedOrders().get(i)));
        }
        for (int i = 0; i < c.fresh().length; i++) {
            out.add(new Outgoing(
                    c.fresh()[i], null, group.ordered() ? c.keys().fresh().get(i) : KeyOrder.NONE));
        }
        // Already so but for what waited, and for what was put back: it lies above the fresh ones.
        out.sort(Comparator.comparingLong(Outgoing::offset));
        return out;
    }

    private Reply handOut(Entry entry, Group group, Command.Grant c, List<Stored> retries) {
        List<Outgoing> out = outgoing(group, c, retries);
        int count = out.size();
        int firstOrdinal = entry.takeOrdinals(count);
        long deadline = entry.after(c.visibilityMillis());
        boolean leased = c.visibilityMillis() > 0;
        long[] offsets = new long[count];
        int[] deliveries = new int[count];
        long[] firstDelivered = new long[count];
        if (group.unsettledInLog() == 0) {
            group.touchFloor(group.floor);
        }
        for (int i = 0; i < count; i++) {
            long offset = out.get(i).offset();
            Stored prior = out.get(i).prior();
            LeaseRef lease = new LeaseRef(offset, entry.index, firstOrdinal + i);
            UnsettledMessage message;
            if (prior != null) {
                message = Messages.delivered(
                        prior.message(),
                        lease,
                        entry.wallMillis,
                        leased ? State.LEASED : State.READY,
                        leased ? deadline : 0);
                if (leased) {
                    messages.replace(entry, group, prior, message);
                } else {
                    messages.giveBack(entry, group, prior, message);
                }
            } else {
                message = new UnsettledMessage(
                        offset,
                        leased ? State.LEASED : group.isLastDelivery(1) ? State.DYING : State.READY,
                        lease,
                        leased ? deadline : 0,
                        1,
                        entry.wallMillis,
                        out.get(i).order());
                messages.insert(entry, group, message);
            }
            offsets[i] = offset;
            deliveries[i] = message.deliveries();
            firstDelivered[i] = message.firstDeliveredWallMillis();
        }
        delay(entry, group, c.delays());
        c.keys().parks().forEach(park -> messages.park(entry, group, park));
        group.scan = c.newScan();
        group.touch();
        return new Reply.Granted(entry.index, firstOrdinal, deadline, offsets, deliveries, firstDelivered);
    }

    private static Rejected notAvailable(Group group, long offset) {
        return new Rejected(
                Rejection.NOT_AVAILABLE,
                "expected offset " + offset + " of group " + group.id + " to be available, but it is not");
    }
}
