package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.Map;

/** A short log in which every command does its work, some are refused, and every table keeps a row. */
final class GoldenScenario {

    private GoldenScenario() {}

    static List<Replica.Logged> log() {
        MachineFixture f = new MachineFixture();
        sources(f);
        unordered(f);
        ordered(f);
        f.term = 2;
        f.applyAll(1, List.of(f.grantOf("jobs", 1, 1000), new Command.Expire(5), new Command.Mark()));
        f.applyAll(2, List.of(new Command.RaiseFeatureLevel(1), new Command.Mark()));
        updates(f);
        f.apply(new Command.SetRetention(2, new Retention(0, 1, 0)));
        f.apply(new Command.Trim(2, 10));
        return f.log;
    }

    private static void updates(MachineFixture f) {
        f.apply(f.update(
                "by-key",
                new GroupChange.Builder()
                        .visibilityMillis(60_000)
                        .paused(true)
                        .delayMillis(900)
                        .receiveWaitMillis(20_000)
                        .tags(Map.of("team", "payments", "env", "test"))
                        .build()));
        f.apply(f.update(
                "by-key", new GroupChange.Builder().removedTags(List.of("env")).build()));
        GroupState g = f.group("by-key");
        GroupChange stale = new GroupChange.Builder().paused(false).build();
        f.apply(new Command.UpdateGroup(g.id(), g.generation(), g.planVersion() - 1, stale));
        f.apply(f.update(
                "by-key", new GroupChange.Builder().visibilityMillis(-1).build()));
        f.apply(new Command.Mark());
    }

    private static void sources(MachineFixture f) {
        f.append(100, 5);
        f.stampMillis += 250;
        f.append(120, 20);
        f.apply(new Command.Append(1, f.batch(SourcePosition.ORIGIN, 100, 5)));
        f.apply(new Command.SourceBound(1, f.source().last(), new Lsn(400)));
        f.applyAll(
                1,
                List.of(
                        new Command.SourceIntent("audit", "shop", "audit_slot", "audit_pub"),
                        new Command.SourceReady(2, "7", 1, new Lsn(50)),
                        new Command.Append(
                                2, BatchCodec.encode(Batches.transaction("audit", SourcePosition.ORIGIN, 1, 60, 3)))));
        SourcePosition last = new SourcePosition(1, new Lsn(60), 2);
        f.apply(new Command.StopSource(2, last, "slot_missing", new byte[0]));
        f.apply(new Command.ResumeSource(2, last, 2, "audit_slot_2", "7", 2, new Lsn(70)));
        f.apply(new Command.StopSource(2, last, "slot_missing", new byte[0]));
    }

    private static void unordered(MachineFixture f) {
        f.create("jobs", Ordering.NONE);
        List<LeaseRef> first = f.grant("jobs", 6, 1000);
        f.stampMillis += 10;
        f.ack("jobs", first.subList(0, 2));
        f.nack("jobs", first.subList(2, 3), 700);
        f.nack("jobs", first.subList(3, 4), 0);
        f.extend("jobs", first.subList(4, 5), 5000, true);
        f.release("jobs", first.subList(5, 6));
        f.stampMillis += 1500;
        f.expire();
        f.retry("jobs", 400, 3, 5);
        GroupState jobs = f.group("jobs");
        f.apply(new Command.SeekGroup(jobs.id(), jobs.generation(), new StartPosition.AtOffset(4)));
        f.apply(new Command.Sweep(1));
        f.grant("jobs", 3, 1000);
        f.ack("jobs", first);
    }

    private static void ordered(MachineFixture f) {
        GroupConfig config = new GroupConfig(
                45_000,
                10,
                Ordering.KEY,
                GroupConfig.Mode.CHANGES,
                List.of("public.orders", "sales.*"),
                List.of("insert"),
                "record.amount > 100");
        f.apply(new Command.CreateGroup("by-key", 1, new StartPosition.Latest(), config));
        f.apply(new Command.CreateGroup("by-key", 1, new StartPosition.Latest(), config));
        GroupState g = f.group("by-key");
        f.apply(new Command.SeekGroup(g.id(), g.generation(), new StartPosition.Earliest()));
        List<LeaseRef> leases = f.grant("by-key", 4, 2000, 1, 0, 2, 1, 0, 0, -3, 0);
        f.apply(f.grantOf("by-key", 1, 2000, 2, 0));
        f.park("by-key", 2, 2);
        f.nack("by-key", leases.subList(0, 1), 0);
        f.nack("by-key", leases.subList(2, 3), 60_000);
        f.create("gone", Ordering.NONE);
        GroupState gone = f.group("gone");
        f.apply(new Command.DeleteGroup(gone.id(), gone.generation()));
    }
}
