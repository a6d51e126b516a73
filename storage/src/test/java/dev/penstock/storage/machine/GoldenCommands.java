package dev.penstock.storage.machine;

import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;

/** At least one example of each command, all fields set. The golden file holds their bytes: only ever append. */
final class GoldenCommands {

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
                        4, 1234, 1200, 90, 110, new long[] {91, 95, 109}, new long[6], new long[] {3, 80}, 30_000),
                new Command.Grant(
                        5, 1234, 1200, 90, 92, new long[] {91}, new long[] {-7, 0x1234567890L}, new long[0], 0),
                new Command.Ack(4, 1234, leases),
                new Command.Nack(4, 1234, leases, 5_000),
                new Command.Extend(4, 1234, leases, 60_000, true),
                new Command.Release(4, 1234, leases),
                new Command.Expire(1000),
                new Command.Sweep(500),
                new Command.Mark(),
                new Command.RaiseFeatureLevel(1),
                new Command.SourceTimeline(1, POSITION, 4),
                new Command.PutKey(
                        "orders-app", 1234, new byte[] {1, 2, 3}, List.of("consume:orders-*", "monitor"), 43_200_000),
                new Command.RevokeKey("orders-app", true));
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
                new Command.Grant(0, 0, 0, 0, 0, new long[0], new long[0], new long[0], 0),
                new Command.Grant(
                        -1,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        new long[] {Long.MIN_VALUE, 0},
                        new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1},
                        new long[] {5, 4, -4},
                        Long.MAX_VALUE),
                new Command.Ack(0, 0, List.of()),
                new Command.Ack(Integer.MAX_VALUE, Long.MIN_VALUE, List.of(first, second, first)),
                new Command.Nack(0, 0, List.of(second), Long.MIN_VALUE),
                new Command.Extend(0, 0, List.of(), Long.MAX_VALUE, false),
                new Command.Release(0, 0, List.of(first)),
                new Command.Expire(Integer.MIN_VALUE),
                new Command.Sweep(Integer.MAX_VALUE),
                new Command.RaiseFeatureLevel(65_535));
    }

    static Command ackOfTen() {
        List<LeaseRef> leases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            leases.add(new LeaseRef(5_000_000 + i, 900_000, 10 + i));
        }
        return new Command.Ack(3, 850_000, leases);
    }
}
