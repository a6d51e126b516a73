package dev.penstock.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.UnsettledMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One group by the facts of the committed entries and their answers, judged by the promises: what was skipped does not
 * match, nobody is handed what another holds, what is settled stays so, deliveries are counted. Leases are measured in
 * true time, from the moment at which the grant was stamped.
 */
final class GroupLedger {

    /** Stamps are whole milliseconds. */
    private static final long STAMP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final class Message {
        private boolean settled;
        private boolean free;
        /** Failed for the last time, by the act of a holder. */
        private boolean dying;

        private long exclusiveUntilNanos;
        private long leaseIndex;
        private int leaseOrdinal;
        private int deliveries;
    }

    /** What a grant said of one delivery. */
    record Delivered(int count, long index) {}

    private final World world;
    private final StreamLedger stream;
    final int id;
    final String name;
    private GroupConfig config;
    private FilterModel filter;
    private boolean paused;
    private long planVersion;
    private final Map<Long, Message> messages = new HashMap<>();
    private final Map<LeaseRef, Delivered> leases = new HashMap<>();
    private final Set<LeaseRef> released = new HashSet<>();
    private final LetterLedger letters = new LetterLedger();
    private long generation;
    /** All below it is settled or not wanted, as far as was looked. */
    private long floor;

    private long scan;

    GroupLedger(
            World world, StreamLedger stream, int id, String name, GroupConfig config, long generation, long start) {
        this.world = world;
        this.stream = stream;
        this.id = id;
        this.name = name;
        this.config = config;
        this.filter = FilterModel.of(config);
        this.planVersion = generation;
        begin(generation, start);
    }

    long generation() {
        return generation;
    }

    private void begin(long newGeneration, long from) {
        generation = newGeneration;
        floor = from;
        scan = from;
        messages.clear();
        leases.clear();
        released.clear();
        letters.sought();
    }

    void sought(Reply.Sought sought) {
        begin(sought.generation(), sought.to());
    }

    /** What was judged before stays judged: another filter is for the offsets from the scan position on. */
    void changed(GroupChange change, long index) {
        GroupConfig next = change.applyTo(config);
        FilterModel nextFilter = FilterModel.of(next);
        boolean nextPaused = change.paused().orElse(paused);
        if (!nextFilter.equals(filter) || nextPaused != paused) {
            planVersion = index;
            floor = Math.min(floor, scan);
        }
        config = next;
        filter = nextFilter;
        paused = nextPaused;
    }

    // ---- grants ----

    void granted(Command.Grant grant, Reply.Granted granted, LogEntry entry) {
        assertThat(grant.generation()).as("generation of a grant").isEqualTo(generation);
        assertThat(grant.planVersion()).as("plan version of a grant").isEqualTo(planVersion);
        assertThat(paused)
                .as("pause of group %s, which is granted messages", name)
                .isFalse();
        assertThat(grant.previousScan()).as("where a grant of %s goes on", name).isEqualTo(scan);
        assertThat(grant.newScan()).as("scan of a grant").isBetween(scan, stream.end());
        List<Long> offsets = new ArrayList<>();
        for (long offset : grant.retries()) {
            offsets.add(offset);
        }
        Set<Long> fresh = new HashSet<>();
        for (long offset : grant.fresh()) {
            offsets.add(offset);
            fresh.add(offset);
        }
        for (long offset = scan; offset < grant.newScan(); offset++) {
            boolean wanted = filter.matches(stream.line(offset));
            if (wanted != fresh.contains(offset)) {
                throw new AssertionError("group " + name + ", offset " + offset + " is "
                        + (wanted ? "skipped for ever, but it matches: " : "granted, but does not match: ")
                        + stream.line(offset));
            }
        }
        // What was put back from the dead letters stands behind.
        offsets.sort(null);
        assertThat(granted.offsets()).as("offsets of a grant").containsExactly(longs(offsets));
        for (int i = 0; i < granted.offsets().length; i++) {
            long until = entry.stampedNanos() + TimeUnit.MILLISECONDS.toNanos(grant.visibilityMillis());
            LeaseRef lease = new LeaseRef(granted.offsets()[i], granted.leaseIndex(), granted.firstOrdinal() + i);
            grantOne(lease, granted.deliveries()[i], fresh.contains(lease.offset()), entry.stampedNanos(), until);
        }
        scan = grant.newScan();
    }

    private static long[] longs(List<Long> list) {
        return list.stream().mapToLong(Long::longValue).toArray();
    }

    private void grantOne(LeaseRef lease, int deliveries, boolean fresh, long nowNanos, long untilNanos) {
        Message message = messages.get(lease.offset());
        if (fresh != (message == null)) {
            throw new AssertionError(at(lease.offset()) + (fresh ? " is granted as new again" : " was never granted"));
        }
        if (message == null) {
            message = new Message();
            messages.put(lease.offset(), message);
        } else {
            world.totals.redelivered++;
        }
        if (message.settled) {
            throw new AssertionError(at(lease.offset()) + " is granted again, but it was settled");
        }
        if (message.dying || (!fresh && !message.free && isLast(message))) {
            throw new AssertionError(at(lease.offset()) + " is granted, but it is dying");
        }
        if (!fresh && !message.free) {
            requireEnded(message, lease.offset(), "is granted", nowNanos);
            world.totals.leasesEnded++;
        }
        message.deliveries++;
        assertThat(deliveries).as("deliveries of %s", at(lease.offset())).isEqualTo(message.deliveries);
        message.free = false;
        message.dying = untilNanos == nowNanos && isLast(message);
        message.exclusiveUntilNanos = untilNanos;
        message.leaseIndex = lease.leaseIndex();
        message.leaseOrdinal = lease.leaseOrdinal();
        leases.put(lease, new Delivered(deliveries, lease.leaseIndex()));
        world.totals.granted++;
    }

    private boolean isLast(Message message) {
        return config.maxDeliveries() > 0 && message.deliveries >= config.maxDeliveries();
    }

    // ---- dead letters ----

    /** What died since the entry before: no more than once, after its last delivery failed, and with its own event. */
    void buried(MachineView view, long nowNanos) {
        if (config.maxDeliveries() == 0) {
            return;
        }
        letters.newlyKept(view, id).forEach((offset, letter) -> {
            Message message = messages.get(offset);
            if (message == null || message.settled) {
                throw new AssertionError(at(offset) + " is a dead letter, but it was "
                        + (message == null ? "never granted" : "settled"));
            }
            if (!message.free && !message.dying) {
                requireEnded(message, offset, "is dead", nowNanos);
            }
            assertThat(message.deliveries)
                    .as("deliveries of the dead %s", at(offset))
                    .isEqualTo(config.maxDeliveries());
            String line = LetterLedger.line(view, letter);
            if (!line.equals(stream.line(letter.offset()))) {
                throw new AssertionError("the dead letter of " + at(offset) + " has the event " + line);
            }
            message.settled = true;
            world.totals.deaths++;
        });
    }

    void putBack(Command.Redrive redrive, Reply.DeadLettersChanged reply, long index) {
        List<Long> offsets = letters.putBack(redrive.letters(), index);
        assertThat(reply.count()).as("dead letters put back").isEqualTo(offsets.size());
        for (long offset : offsets) {
            Message message = new Message();
            message.free = true;
            messages.put(offset, message);
        }
        world.totals.putBack += offsets.size();
    }

    /** Index of the entry by which the message was put back last, or -1. */
    long putBackAt(long offset) {
        return letters.putBackAt(offset);
    }

    /** Leases and delays ended by log time: none before its end by true time, whether or not anybody is granted it. */
    void expired(MachineView view, long nowNanos) {
        GroupState group = view.group(id).orElseThrow();
        for (UnsettledMessage ready : view.ready(group, 0, Integer.MAX_VALUE)) {
            Message message = messages.get(ready.offset());
            if (message != null && !message.free) {
                requireEnded(message, ready.offset(), "may be granted", nowNanos);
            }
        }
    }

    private void requireEnded(Message message, long offset, String what, long nowNanos) {
        if (nowNanos + STAMP_NANOS < message.exclusiveUntilNanos) {
            throw new AssertionError(at(offset) + " " + what + " " + (message.exclusiveUntilNanos - nowNanos) / 1000
                    + " us before the lease on it ends");
        }
    }

    // ---- what holders do ----

    void settled(Command command, List<LeaseRef> refs, long commandGeneration, Reply.Settled reply, LogEntry entry) {
        for (int i = 0; i < refs.size(); i++) {
            LeaseRef lease = refs.get(i);
            ItemResult result = reply.results()[i];
            if (commandGeneration != generation) {
                assertThat(result).as("a receipt of an earlier generation").isEqualTo(ItemResult.LEASE_LOST);
                continue;
            }
            Message message = messages.get(lease.offset());
            if (message == null || !leases.containsKey(lease)) {
                throw new AssertionError(at(lease.offset()) + ": a receipt that was never given out, " + lease);
            }
            if (command instanceof Command.Ack) {
                assertThat(result).as("an ack by an authentic receipt").isEqualTo(ItemResult.OK);
                message.settled = true;
            } else if (message.settled) {
                assertThat(result).as("%s of %s", command, at(lease.offset())).isEqualTo(ItemResult.SETTLED);
            } else if (result == ItemResult.OK) {
                givenBack(command, message, lease, entry.stampedNanos());
            }
        }
    }

    private void givenBack(Command command, Message message, LeaseRef lease, long nowNanos) {
        boolean newest = message.leaseIndex == lease.leaseIndex() && message.leaseOrdinal == lease.leaseOrdinal();
        if (command instanceof Command.Release) {
            if (!newest || message.free || !released.add(lease)) {
                throw new AssertionError(at(lease.offset()) + " is released by a lease that does not run");
            }
            message.deliveries--;
            message.free = true;
            world.totals.releases++;
            return;
        }
        boolean lenient = command instanceof Command.Extend extend && extend.lenient();
        if (!lenient && (!newest || released.contains(lease))) {
            throw new AssertionError(at(lease.offset()) + ": " + command + " by a lease that is not the newest");
        }
        long millis = command instanceof Command.Nack nack
                ? nack.delayMillis()
                : ((Command.Extend) command).visibilityMillis();
        if (command instanceof Command.Extend && millis > 0) {
            world.totals.leasesExtended++;
        }
        if (message.dying) {
            return;
        }
        message.dying = isLast(message) && (command instanceof Command.Nack || millis == 0);
        message.free = millis == 0 || message.dying;
        message.exclusiveUntilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private String at(long offset) {
        return "group " + name + ", generation " + generation + ", offset " + offset;
    }

    // ---- what clients saw ----

    /** What the log says of a delivery that reached a client; null if the log knows nothing of it. */
    @Nullable
    Delivered delivered(LeaseRef lease) {
        return leases.get(lease);
    }

    boolean isSettled(long offset) {
        Message message = messages.get(offset);
        return message != null && message.settled;
    }

    /** The first event at or after the start that should have been delivered and settled by now, or -1. */
    long firstUnsettled() {
        while (floor < stream.end()) {
            boolean wanted = floor < scan ? messages.containsKey(floor) : filter.matches(stream.line(floor));
            if (wanted && !isSettled(floor)) {
                return floor;
            }
            floor++;
        }
        for (long offset : letters.away()) {
            if (!isSettled(offset)) {
                return offset;
            }
        }
        return -1;
    }
}
