package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.UnsettledTable.Stored;
import java.util.Arrays;
import java.util.List;

/**
 * What holders of a lease can do: ack, nack, extend, release. The answer is per lease, so a command is refused as a whole
 * only if its group is gone. Touches at most five rows per lease.
 *
 * <p>The law of leases: a lease of another generation, or of a message not yet delivered, is lost. Unordered groups: any
 * lease settles, also an older one; nack and extend need the newest. Ordered groups: only the newest, and only before its
 * deadline by the stamp of this entry, whether or not an Expire came by. A message that is dying can be settled still, where
 * a lease of it is good for that, and nothing else.
 */
final class SettleHandler {

    private final Catalog catalog;
    private final Messages messages;

    SettleHandler(Catalog catalog, Messages messages) {
        this.catalog = catalog;
        this.messages = messages;
    }

    @FunctionalInterface
    private interface Item {
        ItemResult apply(Entry entry, Group group, Stored row, LeaseRef lease);
    }

    Reply ack(Entry entry, Command.Ack c) {
        return each(entry, c.groupId(), c.generation(), c.leases(), ItemResult.OK, this::ackOne);
    }

    Reply nack(Entry entry, Command.Nack c) {
        if (c.delayMillis() < 0 || c.delayMillis() > GrantHandler.MAX_DELAY_MILLIS) {
            return Refusal.malformed("expected a delay of 0 to " + GrantHandler.MAX_DELAY_MILLIS + " ms");
        }
        return each(
                entry,
                c.groupId(),
                c.generation(),
                c.leases(),
                ItemResult.SETTLED,
                (e, group, row, lease) -> nackOne(e, group, row, lease, c.delayMillis()));
    }

    Reply extend(Entry entry, Command.Extend c) {
        if (c.visibilityMillis() < 0 || c.visibilityMillis() > GrantHandler.MAX_DELAY_MILLIS) {
            return Refusal.malformed("expected a visibility timeout of 0 to " + GrantHandler.MAX_DELAY_MILLIS + " ms");
        }
        return each(
                entry,
                c.groupId(),
                c.generation(),
                c.leases(),
                ItemResult.SETTLED,
                (e, group, row, lease) -> extendOne(e, group, row, lease, c));
    }

    Reply release(Entry entry, Command.Release c) {
        return each(entry, c.groupId(), c.generation(), c.leases(), ItemResult.SETTLED, this::releaseOne);
    }

    /** @param settled the answer for a message below the scan position that has no row */
    private Reply each(
            Entry entry, int groupId, long generation, List<LeaseRef> leases, ItemResult settled, Item item) {
        Group group = catalog.group(groupId);
        if (group == null) {
            return Refusal.unknownGroup(groupId);
        }
        ItemResult[] results = new ItemResult[leases.size()];
        if (group.generation != generation) {
            Arrays.fill(results, ItemResult.LEASE_LOST);
            return new Reply.Settled(results);
        }
        boolean wasFull = group.leased >= GrantHandler.IN_FLIGHT_LIMIT;
        for (int i = 0; i < results.length; i++) {
            LeaseRef lease = leases.get(i);
            if (lease.offset() < 0 || (lease.offset() >= group.scan && !AsideOffset.isAside(lease.offset()))) {
                results[i] = ItemResult.LEASE_LOST;
                continue;
            }
            Stored row = messages.find(entry, group, lease.offset());
            results[i] = row == null ? settled : item.apply(entry, group, row, lease);
        }
        if (wasFull && group.leased < GrantHandler.IN_FLIGHT_LIMIT) {
            entry.freedGroups.add(group.id);
        }
        return new Reply.Settled(results);
    }

    private ItemResult ackOne(Entry entry, Group group, Stored row, LeaseRef lease) {
        boolean good =
                group.ordered() ? isRunningLease(entry, row.message(), lease) : isLeaseOf(group, row.message(), lease);
        if (!good) {
            return ItemResult.LEASE_LOST;
        }
        messages.settle(entry, group, row);
        return ItemResult.OK;
    }

    private ItemResult nackOne(Entry entry, Group group, Stored row, LeaseRef lease, long delayMillis) {
        if (!mayGiveBack(entry, group, row.message(), lease)) {
            return ItemResult.LEASE_LOST;
        }
        if (row.message().state() == State.DYING) {
            // It was given back, and is to stay so.
            return ItemResult.OK;
        }
        UnsettledMessage next = delayMillis == 0
                ? Messages.with(row.message(), State.READY, 0)
                : Messages.with(row.message(), State.DELAYED, entry.after(delayMillis));
        messages.giveBack(entry, group, row, next);
        return ItemResult.OK;
    }

    private ItemResult extendOne(Entry entry, Group group, Stored row, LeaseRef lease, Command.Extend c) {
        boolean anyLease = c.lenient() && !group.ordered();
        boolean good =
                anyLease ? isLeaseOf(group, row.message(), lease) : mayGiveBack(entry, group, row.message(), lease);
        // A lease that has ended takes a place in flight again.
        boolean takesPlace = row.message().state() != State.LEASED && c.visibilityMillis() > 0;
        if (!good || (takesPlace && group.leased >= GrantHandler.IN_FLIGHT_LIMIT)) {
            return ItemResult.LEASE_LOST;
        }
        if (row.message().state() == State.DYING) {
            return c.visibilityMillis() == 0 ? ItemResult.OK : ItemResult.LEASE_LOST;
        }
        if (c.visibilityMillis() == 0) {
            messages.giveBack(entry, group, row, Messages.with(row.message(), State.READY, 0));
        } else {
            UnsettledMessage longer = Messages.with(row.message(), State.LEASED, entry.after(c.visibilityMillis()));
            messages.replace(entry, group, row, longer);
        }
        return ItemResult.OK;
    }

    /**
     * Only a running lease can be given back uncounted, and it is void then: the message takes a lease that nobody holds,
     * or an extend by the old one would let it be given back, and uncounted, again.
     */
    private ItemResult releaseOne(Entry entry, Group group, Stored row, LeaseRef lease) {
        UnsettledMessage message = row.message();
        if (message.state() != State.LEASED || !isNewest(message, lease)) {
            return ItemResult.LEASE_LOST;
        }
        LeaseRef nobodys = new LeaseRef(message.offset(), entry.index, entry.takeOrdinals(1));
        UnsettledMessage uncounted =
                Messages.with(message, nobodys, message.deliveries() - 1, message.lastDeliveredWallMillis());
        messages.replace(entry, group, row, Messages.with(uncounted, State.READY, 0));
        return ItemResult.OK;
    }

    private static boolean mayGiveBack(Entry entry, Group group, UnsettledMessage message, LeaseRef lease) {
        return group.ordered() ? isRunningLease(entry, message, lease) : isNewest(message, lease);
    }

    private static boolean isNewest(UnsettledMessage message, LeaseRef lease) {
        return message.lease().equals(lease);
    }

    private static boolean isRunningLease(Entry entry, UnsettledMessage message, LeaseRef lease) {
        return isNewest(message, lease) && message.state() == State.LEASED && entry.clockMillis < message.dueMillis();
    }

    /** Of this generation and not newer than the newest: receipts are authentic, so this catches only nonsense. */
    private static boolean isLeaseOf(Group group, UnsettledMessage message, LeaseRef lease) {
        LeaseRef newest = message.lease();
        boolean notNewer = lease.leaseIndex() < newest.leaseIndex()
                || (lease.leaseIndex() == newest.leaseIndex() && lease.leaseOrdinal() <= newest.leaseOrdinal());
        return lease.leaseIndex() >= group.generation && lease.leaseOrdinal() >= 0 && notNewer;
    }
}
