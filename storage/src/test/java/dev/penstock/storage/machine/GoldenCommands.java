package dev.penstock.storage.machine;

import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** At least one example of each command, all fields set. The golden file holds their bytes: only ever append. */
final class GoldenCommands {

    /** A key, a change of key, none, a barrier; one that waited; keys that begin, move and cease to wait. */
    private static final KeyPlan KEYS = new KeyPlan(
            List.of(
                    new KeyOrder(-7, 0, 0x7788L),
                    new KeyOrder(-7, 0x1234567890L, 0x7788L),
                    new KeyOrder(0, 0, 0x7799L),
                    new KeyOrder(0x7799L, 0, 0x7799L)),
            new long[] {40, 77},
            List.of(new KeyOrder(11, 0, 0x7788L), new KeyOrder(0, 12, 0x7788L)),
            List.of(
                    new ParkedKey(11, 95, 0x7788L),
                    new ParkedKey(12, KeyPlan.NOTHING_WAITS, 0x7788L),
                    new ParkedKey(0x77aaL, 97, 0x77aaL)));

    private GoldenCommands() {}

    private static final SourcePosition POSITION = new SourcePosition(2, Lsn.parse("16/B374D848"), 5);

    static List<Command> all() {
        List<LeaseRef> leases = List.of(new LeaseRef(100, 40, 0), new LeaseRef(103, 40, 3), new LeaseRef(7, 39, 1));
        GroupConfig config = new GroupConfig(
                45_000,
                10,
                GroupConfig.Ordering.KEY,
                GroupConfig.Mode.ROWS,
                List.of("public.orders", "sales.*"),
                List.of("insert", "delete"),
                "record.amount > 100");
        return List.of(
                new Command.SourceIntent("main", "shop", "penstock_main", "penstock"),
                new Command.SourceReady(1, "7423112344512345678", 3, Lsn.parse("0/16B3748")),
                new Command.Append(1, new byte[] {1, 2, 3, (byte) 0xff}),
                new Command.SourceBound(1, POSITION, Lsn.parse("16/B374D900")),
                new Command.StopSource(1, POSITION, "slot_missing", new byte[] {9, 8}),
                new Command.ResumeSource(1, POSITION, 3, "slot_b", "7423112344512345679", 4, Lsn.parse("17/0")),
                new Command.CreateGroup("orders-worker", 1, new StartPosition.Earliest(), config),
                new Command.CreateGroup("latest", 1, new StartPosition.Latest(), GroupConfig.defaults()),
                new Command.DeleteGroup(4, 1234),
                new Command.SeekGroup(4, 1234, new StartPosition.AtOffset(4711)),
                new Command.Grant(
                        4, 1234, 1200, 90, 110, new long[] {91, 95, 109}, new long[] {3, 80}, KeyPlan.NONE, 30_000),
                new Command.Grant(5, 1234, 1200, 90, 99, new long[] {91, 92, 93, 98}, new long[0], KEYS, 0),
                new Command.Ack(4, 1234, leases),
                new Command.Nack(4, 1234, leases, 5_000),
                new Command.Extend(4, 1234, leases, 60_000, true),
                new Command.Release(4, 1234, leases),
                new Command.Expire(1000),
                new Command.Sweep(500),
                new Command.Mark(),
                new Command.RaiseFeatureLevel(1),
                new Command.SourceTimeline(1, POSITION, 4),
                new Command.UpdateGroup(4, 1234, 1200, everything()),
                new Command.Trim(1, 1000),
                new Command.SetRetention(1, new Retention(604_800_000, 20L << 30, 40L << 30)),
                new Command.UpdateGroup(
                        4, 1234, 1200, new GroupChange.Builder().paused(false).build()),
                new Command.SeekGroup(4, 1234, new StartPosition.AtTime(1_790_000_000_123_456L, 77)),
                new Command.SeekGroup(4, 1234, new StartPosition.AtLsn(new Lsn(0x16B3748), 78)),
                new Command.PutKey(
                        "orders-app", 1234, new byte[] {1, 2, 3}, List.of("consume:orders-*", "monitor"), 43_200_000),
                new Command.RevokeKey("orders-app", true),
                new Command.CreateGroup("jobs", 1, new StartPosition.Latest(), queue()),
                new Command.Grant(
                        4,
                        1234,
                        1200,
                        90,
                        110,
                        new long[] {91},
                        new long[0],
                        KeyPlan.NONE,
                        30_000,
                        new DelayPlan(new long[] {90, 95}, new long[] {1_790_000_000_000L, 1_789_999_999_000L})),
                new Command.UpdateGroup(
                        4,
                        1234,
                        1200,
                        new GroupChange.Builder()
                                .paused(true)
                                .queue(new QueueConfig(262_144, 60_000, false))
                                .build()),
                new Command.DeadLetter(
                        4,
                        1234,
                        List.of(
                                new Command.Dead(100, "max_deliveries", new byte[] {1, 2, (byte) 0xff}),
                                new Command.Dead(103, "", new byte[0]))),
                new Command.Redrive(4, 9, new long[] {3, 4, 700}),
                new Command.DropDeadLetters(4, new long[] {5}));
    }

    private static GroupConfig queue() {
        return new GroupConfig(
                30_000,
                0,
                GroupConfig.Ordering.KEY,
                GroupConfig.Mode.CHANGES,
                List.of(),
                List.of(),
                "",
                900_000,
                20_000,
                false,
                Optional.of(new QueueConfig(1_048_576, 345_600_000, true)),
                "");
    }

    private static GroupChange everything() {
        return new GroupChange.Builder()
                .visibilityMillis(60_000)
                .maxDeliveries(5)
                .mode(GroupConfig.Mode.ROWS)
                .filter(new GroupChange.Filter(List.of("public.orders"), List.of("update"), "record.id > 1"))
                .delayMillis(1_500)
                .receiveWaitMillis(20_000)
                .paused(true)
                .deadLetterGroup("orders-dead")
                .tags(Map.of("team", "payments", "env", ""))
                .removedTags(List.of("owner", "team"))
                .build();
    }

    /** Numbers at their ends, empty lists and texts, the other value of each flag. */
    static List<Command> extremes() {
        LeaseRef first = new LeaseRef(Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);
        LeaseRef second = new LeaseRef(Long.MIN_VALUE, -1, Integer.MIN_VALUE);
        GroupConfig plain = new GroupConfig(
                Long.MIN_VALUE,
                Integer.MAX_VALUE,
                GroupConfig.Ordering.NONE,
                GroupConfig.Mode.ROWS,
                List.of(),
                List.of(),
                "");
        GroupConfig keyed = new GroupConfig(
                Long.MAX_VALUE,
                -1,
                GroupConfig.Ordering.KEY,
                GroupConfig.Mode.CHANGES,
                List.of(""),
                List.of("ä"),
                "日本");
        SourcePosition last = new SourcePosition(Integer.MAX_VALUE, new Lsn(-1), Long.MAX_VALUE);
        return List.of(
                new Command.SourceIntent("", "", "", ""),
                new Command.SourceReady(Integer.MIN_VALUE, "", Integer.MAX_VALUE, Lsn.ZERO),
                new Command.Append(-1, new byte[0]),
                new Command.SourceBound(0, SourcePosition.ORIGIN, new Lsn(-1)),
                new Command.StopSource(Integer.MAX_VALUE, last, "", new byte[0]),
                new Command.ResumeSource(0, last, -1, "", "", -1, Lsn.ZERO),
                new Command.CreateGroup("", -1, new StartPosition.AtOffset(Long.MIN_VALUE), plain),
                new Command.CreateGroup("Zeilen ä", 128, new StartPosition.AtOffset(Long.MAX_VALUE), keyed),
                new Command.DeleteGroup(-1, Long.MIN_VALUE),
                new Command.SeekGroup(63, 64, new StartPosition.Earliest()),
                new Command.SeekGroup(-64, -65, new StartPosition.Latest()),
                new Command.Grant(0, 0, 0, 0, 0, new long[0], new long[0], KeyPlan.NONE, 0),
                new Command.Grant(
                        -1,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        new long[] {Long.MIN_VALUE, 0},
                        new long[] {5, 4, -4},
                        new KeyPlan(
                                List.of(new KeyOrder(Long.MIN_VALUE, Long.MAX_VALUE, -1)),
                                new long[] {Long.MAX_VALUE, -1},
                                List.of(),
                                List.of(new ParkedKey(-1, Long.MIN_VALUE, 0))),
                        Long.MAX_VALUE),
                new Command.Ack(0, 0, List.of()),
                new Command.Ack(Integer.MAX_VALUE, Long.MIN_VALUE, List.of(first, second, first)),
                new Command.Nack(0, 0, List.of(second), Long.MIN_VALUE),
                new Command.Extend(0, 0, List.of(), Long.MAX_VALUE, false),
                new Command.Release(0, 0, List.of(first)),
                new Command.Expire(Integer.MIN_VALUE),
                new Command.Sweep(Integer.MAX_VALUE),
                new Command.RaiseFeatureLevel(65_535),
                new Command.DeadLetter(-1, Long.MIN_VALUE, List.of()),
                new Command.DeadLetter(
                        Integer.MAX_VALUE, Long.MAX_VALUE, List.of(new Command.Dead(Long.MIN_VALUE, "日本", new byte[] {0
                        }))),
                new Command.Redrive(-1, Integer.MIN_VALUE, new long[] {Long.MAX_VALUE, -1, Long.MIN_VALUE}),
                new Command.DropDeadLetters(Integer.MIN_VALUE, new long[0]),
                new Command.UpdateGroup(-1, Long.MIN_VALUE, Long.MAX_VALUE, new GroupChange.Builder().build()),
                new Command.UpdateGroup(
                        Integer.MAX_VALUE,
                        -1,
                        -1,
                        new GroupChange.Builder()
                                .visibilityMillis(Long.MIN_VALUE)
                                .maxDeliveries(Integer.MIN_VALUE)
                                .mode(GroupConfig.Mode.CHANGES)
                                .filter(new GroupChange.Filter(List.of(), List.of(), ""))
                                .delayMillis(Long.MAX_VALUE)
                                .receiveWaitMillis(-1)
                                .deadLetterGroup("")
                                .tags(Map.of("", "日本"))
                                .removedTags(List.of(""))
                                .build()),
                new Command.CreateGroup(
                        "waits",
                        1,
                        new StartPosition.Earliest(),
                        new GroupConfig(
                                0,
                                0,
                                GroupConfig.Ordering.NONE,
                                GroupConfig.Mode.CHANGES,
                                List.of(),
                                List.of(),
                                "",
                                Long.MIN_VALUE,
                                Long.MAX_VALUE,
                                true,
                                Optional.empty(),
                                "日本")),
                new Command.Trim(Integer.MIN_VALUE, Integer.MAX_VALUE),
                new Command.SetRetention(-1, new Retention(Long.MIN_VALUE, Long.MAX_VALUE, -1)));
    }

    static Command ackOfTen() {
        List<LeaseRef> leases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            leases.add(new LeaseRef(5_000_000 + i, 900_000, 10 + i));
        }
        return new Command.Ack(3, 850_000, leases);
    }
}
