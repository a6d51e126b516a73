package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.ArrayList;
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
            long blocked = KeyOrderCheck.firstBlocked(entry, group, c, retries);
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
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        if (group.leased + c.fresh().length + c.retries().length > IN_FLIGHT_LIMIT) {
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
        if (c.fresh().length + c.retries().length > MAX_GRANT) {
            return "expected at most " + MAX_GRANT + " messages in a grant";
        }
        if (c.freshKeyHashes().length != 2 * c.fresh().length) {
            return "expected two key hashes per fresh offset";
        }
        if (c.visibilityMillis() < 0 || c.visibilityMillis() > MAX_DELAY_MILLIS) {
            return "expected a visibility timeout of 0 to " + MAX_DELAY_MILLIS + " ms";
        }
        if (!risesWithin(c.fresh(), c.previousScan(), c.newScan()) || !risesWithin(c.retries(), 0, c.previousScan())) {
            return "expected rising offsets, fresh ones in [" + c.previousScan() + ", " + c.newScan()
                    + ") and retried ones below";
        }
        return null;
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

    /** Retried offsets all lie below fresh ones, so one after the other is rising order. */
    private Reply handOut(Entry entry, Group group, Command.Grant c, List<Stored> retries) {
        int count = retries.size() + c.fresh().length;
        int firstOrdinal = entry.takeOrdinals(count);
        long deadline = entry.after(c.visibilityMillis());
        boolean leased = c.visibilityMillis() > 0;
        State state = leased ? State.LEASED : State.READY;
        long[] offsets = new long[count];
        int[] deliveries = new int[count];
        long[] firstDelivered = new long[count];
        if (group.unsettledRows() == 0) {
            group.touchFloor(group.floor);
        }
        for (int i = 0; i < count; i++) {
            boolean retry = i < retries.size();
            int f = i - retries.size();
            long offset = retry ? retries.get(i).message().offset() : c.fresh()[f];
            LeaseRef lease = new LeaseRef(offset, entry.index, firstOrdinal + i);
            UnsettledMessage message;
            if (retry) {
                UnsettledMessage prior = retries.get(i).message();
                message = Messages.with(
                        Messages.with(prior, lease, prior.deliveries() + 1), state, leased ? deadline : 0);
                messages.replace(entry, group, retries.get(i), message);
            } else {
                long keyHash = group.ordered() ? c.freshKeyHashes()[2 * f] : 0;
                long oldKeyHash = group.ordered() ? c.freshKeyHashes()[2 * f + 1] : 0;
                message = new UnsettledMessage(
                        offset, state, lease, leased ? deadline : 0, 1, entry.wallMillis, keyHash, oldKeyHash);
                messages.insert(entry, group, message);
            }
            offsets[i] = offset;
            deliveries[i] = message.deliveries();
            firstDelivered[i] = message.firstDeliveredWallMillis();
        }
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
