package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.Invariants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A machine over an in-memory store, with one ready source {@code main} (stream 1), and short words for commands. */
final class MachineFixture {

    final InMemoryStore store = new InMemoryStore();
    final List<Replica.Logged> log = new ArrayList<>();
    Machine machine = new Machine(store, Transaction.Checks.FULL);
    /** Off where a test has many rows. */
    boolean checkEachStep = true;

    long term = 1;
    long index;
    static final long ROUTE = 9_000_009;

    long stampMillis = 1000;
    long wallMillis = 5000;
    Applied lastApplied = new Applied(0, List.of(), Set.of(), Set.of(), Map.of());

    MachineFixture() {
        apply(new Command.SourceIntent("main", "shop", "slot", "pub"));
        apply(new Command.SourceReady(1, "7", 1, new Lsn(5)));
    }

    Reply apply(Command command) {
        return applyAll(term, List.of(command)).get(0);
    }

    List<Reply> applyAll(long planningTerm, List<Command> commands) {
        List<byte[]> encoded = new ArrayList<>();
        for (Command command : commands) {
            encoded.add(CommandCodec.encodeCommand(command));
        }
        index++;
        byte[] entry = CommandCodec.envelope(planningTerm, stampMillis, wallMillis, encoded);
        log.add(new Replica.Logged(term, index, entry));
        lastApplied = machine.apply(term, index, entry);
        if (checkEachStep) {
            Invariants.checkAll(store);
        }
        return lastApplied.replies();
    }

    /** As at a restart of the node. */
    void restart() {
        machine = new Machine(store, Transaction.Checks.FULL);
    }

    // ---- streams ----

    /** One transaction of so many events at the LSN, right behind the last. */
    Reply append(long lsn, int events) {
        return apply(new Command.Append(1, batch(source().last(), lsn, events)));
    }

    byte[] batch(SourcePosition previous, long lsn, int events) {
        return BatchCodec.encode(Batches.transaction("main", previous, source().epoch(), lsn, events));
    }

    SourceState source() {
        try (MachineView view = machine.openView()) {
            return view.source("main").orElseThrow();
        }
    }

    long end() {
        try (MachineView view = machine.openView()) {
            return view.stream(1).orElseThrow().end();
        }
    }

    // ---- groups ----

    GroupState group(String name) {
        try (MachineView view = machine.openView()) {
            return view.group(name).orElseThrow();
        }
    }

    GroupState create(String name, Ordering ordering) {
        GroupConfig base = GroupConfig.defaults();
        GroupConfig config =
                new GroupConfig(base.visibilityMillis(), 0, ordering, base.mode(), List.of(), List.of(), base.where());
        Reply reply = apply(new Command.CreateGroup(name, 1, new StartPosition.Earliest(), config));
        assertThat(reply).isInstanceOf(Reply.GroupCreated.class);
        return group(name);
    }

    Command.UpdateGroup update(String name, GroupChange change) {
        GroupState g = group(name);
        return new Command.UpdateGroup(g.id(), g.generation(), g.planVersion(), change);
    }

    /** Grants [scan, scan + count) with the key hashes given (two per offset; none = no keys). */
    Command.Grant grantOf(String name, int count, long visibilityMillis, long... hashes) {
        GroupState g = group(name);
        long[] fresh = new long[count];
        for (int i = 0; i < count; i++) {
            fresh[i] = g.scan() + i;
        }
        return new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                g.scan(),
                g.scan() + count,
                fresh,
                new long[0],
                g.config().ordering() == Ordering.KEY ? keys(count, hashes) : KeyPlan.NONE,
                visibilityMillis);
    }

    /** All of one route, which is no key: none is a barrier, unless its key is the route. */
    private static KeyPlan keys(int count, long... hashes) {
        List<KeyOrder> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            orders.add(
                    hashes.length == 0
                            ? new KeyOrder(0, 0, ROUTE)
                            : new KeyOrder(hashes[2 * i], hashes[2 * i + 1], ROUTE));
        }
        return new KeyPlan(orders, new long[0], List.of(), List.of());
    }

    /** Passes by the next {@code count} events, which wait behind the key from the first on. */
    Reply park(String name, int count, long key) {
        GroupState g = group(name);
        return apply(new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                g.scan(),
                g.scan() + count,
                new long[0],
                new long[0],
                new KeyPlan(List.of(), new long[0], List.of(), List.of(new ParkedKey(key, g.scan(), ROUTE))),
                0));
    }

    /** Hands out an event that waited behind the key; {@code next} as in {@link ParkedKey}. */
    Command.Grant unpark(String name, long offset, long key, long next) {
        GroupState g = group(name);
        return new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                g.scan(),
                g.scan(),
                new long[0],
                new long[0],
                new KeyPlan(
                        List.of(),
                        new long[] {offset},
                        List.of(new KeyOrder(key, 0, ROUTE)),
                        List.of(new ParkedKey(key, next, ROUTE))),
                1000);
    }

    List<LeaseRef> grant(String name, int count, long visibilityMillis, long... hashes) {
        return leases(apply(grantOf(name, count, visibilityMillis, hashes)));
    }

    Command.Grant retryOf(String name, long visibilityMillis, long... offsets) {
        GroupState g = group(name);
        return new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                g.scan(),
                g.scan(),
                new long[0],
                offsets,
                KeyPlan.NONE,
                visibilityMillis);
    }

    List<LeaseRef> retry(String name, long visibilityMillis, long... offsets) {
        return leases(apply(retryOf(name, visibilityMillis, offsets)));
    }

    static List<LeaseRef> leases(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Granted.class);
        Reply.Granted granted = (Reply.Granted) reply;
        List<LeaseRef> leases = new ArrayList<>();
        for (int i = 0; i < granted.offsets().length; i++) {
            leases.add(new LeaseRef(granted.offsets()[i], granted.leaseIndex(), granted.firstOrdinal() + i));
        }
        return leases;
    }

    ItemResult[] ack(String name, List<LeaseRef> leases) {
        GroupState g = group(name);
        return ((Reply.Settled) apply(new Command.Ack(g.id(), g.generation(), leases))).results();
    }

    ItemResult[] nack(String name, List<LeaseRef> leases, long delayMillis) {
        GroupState g = group(name);
        return ((Reply.Settled) apply(new Command.Nack(g.id(), g.generation(), leases, delayMillis))).results();
    }

    ItemResult[] extend(String name, List<LeaseRef> leases, long visibilityMillis, boolean lenient) {
        GroupState g = group(name);
        Command extend = new Command.Extend(g.id(), g.generation(), leases, visibilityMillis, lenient);
        return ((Reply.Settled) apply(extend)).results();
    }

    ItemResult[] release(String name, List<LeaseRef> leases) {
        GroupState g = group(name);
        return ((Reply.Settled) apply(new Command.Release(g.id(), g.generation(), leases))).results();
    }

    // ---- dead letters ----

    static long aside(long letter) {
        return AsideOffset.of(letter);
    }

    Reply maxDeliveries(String name, int deliveries) {
        return apply(
                update(name, new GroupChange.Builder().maxDeliveries(deliveries).build()));
    }

    Command.DeadLetter deadLetterOf(String name, long... offsets) {
        GroupState g = group(name);
        List<Command.Dead> dead = new ArrayList<>();
        for (long offset : offsets) {
            dead.add(new Command.Dead(offset, DeadLetter.MAX_DELIVERIES, batch(SourcePosition.ORIGIN, 100, 1)));
        }
        return new Command.DeadLetter(g.id(), g.generation(), dead);
    }

    /** How many became dead letters. */
    int bury(String name, long... offsets) {
        return ((Reply.DeadLettersChanged) apply(deadLetterOf(name, offsets))).count();
    }

    int redrive(String name, long... letters) {
        return ((Reply.DeadLettersChanged)
                        apply(new Command.Redrive(group(name).id(), group(name).id(), letters)))
                .count();
    }

    int move(String name, int destination, long... letters) {
        return ((Reply.DeadLettersChanged) apply(new Command.Redrive(group(name).id(), destination, letters))).count();
    }

    int drop(String name, long... letters) {
        return ((Reply.DeadLettersChanged)
                        apply(new Command.DropDeadLetters(group(name).id(), letters)))
                .count();
    }

    List<DeadLetter> deadLetters(String name) {
        GroupState g = group(name);
        try (MachineView view = machine.openView()) {
            return view.deadLetters(g, 0, 1000);
        }
    }

    Reply expire() {
        return apply(new Command.Expire(1000));
    }

    UnsettledMessage message(String name, long offset) {
        GroupState g = group(name);
        try (MachineView view = machine.openView()) {
            return view.unsettled(g, offset).orElseThrow();
        }
    }

    long floor(String name) {
        GroupState g = group(name);
        try (MachineView view = machine.openView()) {
            return view.floor(g);
        }
    }
}
