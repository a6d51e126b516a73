package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.kv.rocks.RocksStore;
import dev.penstock.storage.kv.rocks.RocksTuning;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * How fast one core applies: appends of 256 KiB, then grants of ten and acks of ten, a hundred of each in an entry as the
 * proposer would gather them under load. Run by hand; argument: a directory that does not exist yet.
 */
final class ApplyBenchmark {

    private static final int BATCHES = 400;
    private static final int PER_GRANT = 10;
    private static final int COMMANDS_PER_ENTRY = 100;

    private final Machine machine;
    private final Random random = new Random(1);
    private long index = 1;
    private long stamp = 1;

    private ApplyBenchmark(Machine machine) {
        this.machine = machine;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Files.createDirectories(directory);
        try (RocksStore store =
                RocksStore.open(directory.resolve("db"), RocksTuning.defaults(), Throwable::printStackTrace)) {
            ApplyBenchmark benchmark = new ApplyBenchmark(new Machine(store));
            long end = benchmark.appends();
            benchmark.deliveries("unordered", Ordering.NONE, end / 4);
            benchmark.deliveries("unordered again", Ordering.NONE, end);
            benchmark.deliveries("ordered by key", Ordering.KEY, end / 2);
            say(store.usage().toString());
        }
    }

    /** CPU time of this thread: the machine may be busy with other things. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private List<Reply> apply(List<byte[]> commands) {
        index++;
        stamp++;
        return machine.apply(1, index, CommandCodec.envelope(1, stamp, 5000, commands))
                .replies();
    }

    private long appends() {
        apply(List.of(
                CommandCodec.encodeCommand(new Command.SourceIntent("main", "shop", "slot", "pub")),
                CommandCodec.encodeCommand(new Command.SourceReady(1, "7", 1, new Lsn(5)))));
        List<byte[]> batches = new ArrayList<>();
        SourcePosition previous = SourcePosition.ORIGIN;
        long raw = 0;
        long encoded = 0;
        long encodeNanos = 0;
        for (int b = 0; b < BATCHES; b++) {
            EventBatch batch = rows(previous, b + 1);
            previous = batch.header().last();
            raw += batch.bodies().length;
            long begin = cpuNanos();
            byte[] bytes = BatchCodec.encode(batch);
            encodeNanos += cpuNanos() - begin;
            encoded += bytes.length;
            batches.add(bytes);
        }
        long begin = cpuNanos();
        for (byte[] batch : batches) {
            apply(List.of(CommandCodec.encodeCommand(new Command.Append(1, batch))));
        }
        long nanos = cpuNanos() - begin;
        long events;
        try (MachineView view = machine.openView()) {
            events = view.stream(1).orElseThrow().end();
        }
        say(String.format(
                "append: %d batches of %d KiB (%d KiB encoded, ratio %.2f), %d events; encode %.0f us a batch, apply %.0f"
                        + " us a batch, %.0f MB/s of bodies, %.2f us an event",
                BATCHES,
                raw / BATCHES / 1024,
                encoded / BATCHES / 1024,
                (double) encoded / raw,
                events,
                encodeNanos / 1e3 / BATCHES,
                nanos / 1e3 / BATCHES,
                raw * 1e3 / nanos,
                nanos / 1e3 / events));
        return events;
    }

    private EventBatch rows(SourcePosition previous, int lsn) {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", previous);
        for (int i = 0; builder.bodyBytes() < 256 * 1024; i++) {
            StringBuilder note = new StringBuilder();
            for (int c = 0; c < 90; c++) {
                note.append((char) ('a' + random.nextInt(26)));
            }
            ChangeEvent event =
                    Batches.insert(Batches.position(1, lsn * 100L, i), lsn * 10_000L + i, 1_700_000_000_000_000L + lsn);
            builder.add(new ChangeEvent(
                    event.position(),
                    event.action(),
                    event.route(),
                    event.commitMicros(),
                    event.xid(),
                    event.keyHash(),
                    0,
                    false,
                    Batches.utf8("{\"id\":" + i + ",\"status\":\"new\",\"note\":\"" + note + "\",\"amount\":\""
                            + random.nextInt(100_000) + ".90\"}"),
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    event.key()));
        }
        builder.endTransaction(new Lsn(lsn * 100L + 1));
        return builder.build();
    }

    private void deliveries(String what, Ordering ordering, long messages) {
        GroupConfig base = GroupConfig.defaults();
        GroupConfig config = new GroupConfig(
                base.visibilityMillis(), 0, ordering, base.mode(), base.tables(), base.actions(), base.where());
        Reply.GroupCreated group = (Reply.GroupCreated) apply(List.of(CommandCodec.encodeCommand(
                        new Command.CreateGroup(what.replace(' ', '_'), 1, new StartPosition.Earliest(), config))))
                .get(0);
        long scan = 0;
        long grantNanos = 0;
        long ackNanos = 0;
        while (scan + PER_GRANT <= messages) {
            List<byte[]> grants = new ArrayList<>();
            for (int g = 0; g < COMMANDS_PER_ENTRY && scan + PER_GRANT <= messages; g++) {
                grants.add(CommandCodec.encodeCommand(grant(group, scan, ordering == Ordering.KEY)));
                scan += PER_GRANT;
            }
            long begin = cpuNanos();
            List<Reply> granted = apply(grants);
            grantNanos += cpuNanos() - begin;
            List<byte[]> acks = new ArrayList<>();
            for (Reply reply : granted) {
                acks.add(CommandCodec.encodeCommand(
                        new Command.Ack(group.groupId(), group.generation(), leases((Reply.Granted) reply))));
            }
            begin = cpuNanos();
            apply(acks);
            ackNanos += cpuNanos() - begin;
        }
        say(String.format(
                "%s: %d messages, grant %.2f us, ack %.2f us a message",
                what, scan, grantNanos / 1e3 / scan, ackNanos / 1e3 / scan));
    }

    private static Command grant(Reply.GroupCreated group, long scan, boolean ordered) {
        long[] fresh = new long[PER_GRANT];
        List<KeyOrder> orders = new ArrayList<>();
        for (int i = 0; i < PER_GRANT; i++) {
            fresh[i] = scan + i;
            orders.add(new KeyOrder(((scan + i) * 0x9E3779B97F4A7C15L) | 1, 0, 77));
        }
        return new Command.Grant(
                group.groupId(),
                group.generation(),
                group.generation(),
                scan,
                scan + PER_GRANT,
                fresh,
                new long[0],
                ordered ? new KeyPlan(orders, new long[0], List.of(), List.of()) : KeyPlan.NONE,
                30_000);
    }

    private static List<LeaseRef> leases(Reply.Granted granted) {
        List<LeaseRef> leases = new ArrayList<>();
        for (int i = 0; i < granted.offsets().length; i++) {
            leases.add(new LeaseRef(granted.offsets()[i], granted.leaseIndex(), granted.firstOrdinal() + i));
        }
        return leases;
    }
}
