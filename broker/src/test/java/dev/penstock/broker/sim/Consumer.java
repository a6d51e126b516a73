package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client that creates, receives, acks, nacks, extends, seeks and deletes as it comes, hangs up, and repeats what had no
 * answer. One call at a time. Plays the part of the HTTP endpoint too: what cannot be sent in time, or to nobody, is given
 * back.
 */
final class Consumer {

    private static final int MAX_HELD = 400;

    private final World world;
    private final Cluster cluster;
    private final Clients clients;
    private final int id;
    private final List<Held> held = new ArrayList<>();
    private @Nullable Call<?> call;
    private int node;
    private int next;

    private record Held(Clients.Group group, String receipt) {}

    /** A call on its way, and what becomes of its answer. */
    private static final class Call<T> {
        private final NodeProcess process;
        private final CompletableFuture<T> answer;
        private final BiConsumer<NodeProcess, T> then;
        private final long untilNanos;

        Call(NodeProcess process, CompletableFuture<T> answer, BiConsumer<NodeProcess, T> then, long untilNanos) {
            this.process = process;
            this.answer = answer;
            this.then = then;
            this.untilNanos = untilNanos;
        }

        void answered() {
            then.accept(process, answer.join());
        }
    }

    Consumer(World world, Cluster cluster, Clients clients, int id) {
        this.world = world;
        this.cluster = cluster;
        this.clients = clients;
        this.id = id;
        this.next = id;
    }

    void step() {
        Call<?> present = call;
        if (present == null) {
            begin();
        } else if (present.process.dead) {
            call = null;
        } else if (present.answer.isDone()) {
            if (!world.mishap(3)) {
                call = null;
                take(present);
            }
        } else if (world.nowNanos - present.untilNanos >= 0 || world.mishap(150)) {
            // Hangs up: of a receive the server is told; everything else goes on without anybody listening.
            present.answer.cancel(false);
            call = null;
        }
    }

    private void take(Call<?> answered) {
        if (!answered.answer.isCompletedExceptionally()) {
            answered.answered();
            return;
        }
        Throwable failure = answered.answer.handle((ignored, why) -> why).join();
        Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        if (!(cause instanceof Refused refused)) {
            throw new AssertionError("expected every failure to be a refusal, but got " + cause, cause);
        }
        switch (refused.code()) {
            case NO_LEADER -> node = world.below(FakeRaft.MEMBERS);
            case OUTCOME_UNKNOWN -> world.totals.clientsUnknown++;
            case UNKNOWN_GROUP -> create();
            case OVERLOADED,
                    NOT_READY,
                    UNKNOWN_STREAM,
                    OFFSET_OUT_OF_RANGE,
                    IN_FLIGHT_LIMIT,
                    GROUP_EXISTS,
                    GROUP_CHANGED -> {}
            case OFFSET_TRIMMED,
                    INVALID_RECEIPT,
                    INVALID_REQUEST,
                    UNKNOWN_KEY,
                    KEY_EXISTS,
                    KEY_REVOKED,
                    KEY_CHANGED,
                    KEY_LIMIT,
                    SOURCE_UNAVAILABLE,
                    MASTER_KEY ->
                throw new AssertionError("a refusal that nothing here deserves: " + refused.code(), refused);
        }
    }

    private void begin() {
        if (!world.rough) {
            if (held.isEmpty() && world.oneIn(8)) {
                change(new GroupChange.Builder().paused(false));
            } else if (held.isEmpty()) {
                receive();
            } else {
                ack(held.size());
            }
            return;
        }
        switch (world.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> receive();
            case 8, 9, 10, 11 -> ack(1 + world.below(10));
            case 12 -> nack();
            case 13, 14 -> extend();
            case 17 -> forget();
            case 15 -> {
                if (world.oneIn(5)) {
                    seek();
                }
            }
            case 16 -> {
                if (world.oneIn(25)) {
                    delete();
                }
            }
            case 18 -> {
                if (world.oneIn(3)) {
                    change(anyChange());
                }
            }
            default -> {}
        }
    }

    private <T> void call(
            Function<GroupService, CompletableFuture<T>> request,
            BiConsumer<NodeProcess, T> then,
            long patienceMillis) {
        NodeProcess process = cluster.process(node);
        if (process == null) {
            node = world.below(FakeRaft.MEMBERS);
            return;
        }
        CompletableFuture<T> answer = request.apply(process.groups());
        call = new Call<>(process, answer, then, world.nowNanos + TimeUnit.MILLISECONDS.toNanos(patienceMillis));
    }

    private Clients.Group group() {
        return Clients.GROUPS.get(Math.floorMod(next, Clients.GROUPS.size()));
    }

    private void create() {
        Clients.Group group = group();
        call(
                groups -> groups.create(group.name(), "main", group.start(), group.config()),
                (process, created) -> {},
                5_000);
    }

    // ---- receive ----

    private void receive() {
        next = world.random.nextBoolean() ? next + 1 : world.below(Clients.GROUPS.size());
        Clients.Group group = group();
        long visibilityMillis = world.mishap(30) ? 0 : clients.nextVisibilityMillis();
        long waitMillis = world.random.nextBoolean() ? 0 : world.below(2_000);
        int max = world.rough ? 1 + world.below(12) : 200;
        long maxBytes = world.oneIn(3) ? 30 : 1 << 20;
        ReceiveRequest request =
                new ReceiveRequest(group.name(), max, waitMillis, OptionalLong.of(visibilityMillis), maxBytes);
        call(
                groups -> groups.receive(request),
                (process, received) -> send(process, group, received, visibilityMillis),
                waitMillis + 6_000);
    }

    /** The endpoint's part: the answer goes out, unless nobody is there any more or the leases ran half their time. */
    private void send(NodeProcess process, Clients.Group group, Received received, long visibilityMillis) {
        long late = process.nanoTime() - received.plannedNanos();
        boolean inTime = visibilityMillis == 0 || late <= TimeUnit.MILLISECONDS.toNanos(visibilityMillis) / 2;
        if (!received.deliveries().isEmpty() && (!inTime || world.mishap(15))) {
            world.totals.lateAnswers++;
            process.groups().release(received);
            return;
        }
        world.trace(
                "consumer " + id + " gets messages of " + group.name(),
                received.deliveries().size(),
                received.logIndex());
        for (Delivery delivery : received.deliveries()) {
            clients.delivered(delivery);
            held.add(new Held(group, delivery.receipt()));
        }
    }

    // ---- settle ----

    /** Receipts of one group, from anywhere among those held: some are long lost. */
    private List<Held> some(int most) {
        if (held.isEmpty()) {
            return List.of();
        }
        Clients.Group group = world.oneOf(held).group();
        List<Held> all = new ArrayList<>(held);
        all.removeIf(one -> !one.group().equals(group));
        boolean newest = world.random.nextBoolean();
        while (all.size() > most) {
            all.remove(newest ? 0 : world.below(all.size()));
        }
        return all;
    }

    private static List<String> receipts(List<Held> some) {
        return some.stream().map(Held::receipt).toList();
    }

    private void ack(int most) {
        List<Held> some = some(most);
        if (some.isEmpty()) {
            return;
        }
        call(
                groups -> groups.ack(some.get(0).group().name(), receipts(some)),
                (process, settled) -> acked(some, settled),
                5_000);
    }

    private void acked(List<Held> some, Settled settled) {
        for (int i = 0; i < some.size(); i++) {
            if (settled.results().get(i) == ItemOutcome.OK) {
                clients.acked(some.get(i).receipt(), settled.logIndex());
            }
            // Now and then it acks again, much later.
            if (!world.mishap(10)) {
                held.remove(some.get(i));
            }
        }
    }

    private void nack() {
        List<Held> some = some(1 + world.below(4));
        if (some.isEmpty()) {
            return;
        }
        long delayMillis = world.random.nextBoolean() ? 0 : world.below(3_000);
        call(
                groups -> groups.nack(some.get(0).group().name(), receipts(some), delayMillis),
                (process, settled) -> dropLost(some, settled),
                5_000);
    }

    private void extend() {
        List<Held> some = some(1 + world.below(4));
        if (some.isEmpty()) {
            return;
        }
        long visibilityMillis = world.oneIn(5) ? 0 : world.below(5_000);
        boolean lenient = world.oneIn(4);
        call(
                groups -> groups.extend(some.get(0).group().name(), receipts(some), visibilityMillis, lenient),
                (process, settled) -> dropLost(some, settled),
                5_000);
    }

    private void dropLost(List<Held> some, Settled settled) {
        for (int i = 0; i < some.size(); i++) {
            if (settled.results().get(i) != ItemOutcome.OK && !world.oneIn(4)) {
                held.remove(some.get(i));
            }
        }
    }

    /** As if it had been restarted. */
    private void forget() {
        if (held.size() > MAX_HELD || world.oneIn(20)) {
            held.clear();
        }
    }

    // ---- the group itself ----

    private void seek() {
        Clients.Group group = group();
        StartPosition to = switch (world.below(3)) {
            case 0 -> new StartPosition.Earliest();
            case 1 -> new StartPosition.Latest();
            default -> new StartPosition.AtOffset(world.below(400));
        };
        call(groups -> groups.seek(group.name(), to, world.oneIn(5)), (process, sought) -> {}, 5_000);
    }

    private GroupChange.Builder anyChange() {
        return switch (world.below(3)) {
            // Mostly not, or nothing would happen for half of the time.
            case 0 -> new GroupChange.Builder().paused(world.oneIn(4));
            case 1 -> new GroupChange.Builder().visibilityMillis(1_000 + world.below(1_000));
            default -> {
                GroupConfig other =
                        Clients.GROUPS.get(world.below(Clients.GROUPS.size())).config();
                yield new GroupChange.Builder()
                        .filter(new GroupChange.Filter(other.tables(), other.actions(), other.where()));
            }
        };
    }

    private void change(GroupChange.Builder change) {
        Clients.Group group = group();
        call(groups -> groups.update(group.name(), change.build()), (process, updated) -> {}, 5_000);
    }

    private void delete() {
        Clients.Group group = group();
        call(groups -> groups.delete(group.name()), (process, index) -> {}, 5_000);
    }
}
