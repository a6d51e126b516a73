package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Random commands: mostly what a leader could plan from the model's state, often stale, sometimes nonsense. */
final class CommandGenerator {

    private record Held(int group, long generation, LeaseRef lease) {}

    private static final int KEPT_LEASES = 300;
    private static final int KEPT_BATCHES = 20;
    private static final int MAX_GROUPS = 7;

    private final Random random;
    private final Model model;
    private final List<Held> leases = new ArrayList<>();
    private final List<Command.Append> batches = new ArrayList<>();

    CommandGenerator(Random random, Model model) {
        this.random = random;
        this.model = model;
    }

    /** Remembers the leases that were given, so that they are used, late ones too. */
    void learn(List<Command> commands, List<Reply> replies) {
        for (int i = 0; i < commands.size(); i++) {
            if (commands.get(i) instanceof Command.Grant grant && replies.get(i) instanceof Reply.Granted granted) {
                for (int m = 0; m < granted.offsets().length; m++) {
                    LeaseRef lease =
                            new LeaseRef(granted.offsets()[m], granted.leaseIndex(), granted.firstOrdinal() + m);
                    leases.add(new Held(grant.groupId(), grant.generation(), lease));
                }
            }
        }
        while (leases.size() > KEPT_LEASES) {
            leases.remove(random.nextInt(leases.size() / 2));
        }
    }

    Command next() {
        int dice = random.nextInt(1000);
        if (model.sources.all.size() < 2 || dice < 15) {
            return sourceCommand(random.nextInt(7));
        } else if (dice < 75) {
            return append();
        } else if (model.groups.size() < 3 || dice < 85) {
            return createGroup();
        } else if (dice < 88) {
            return deleteGroup();
        } else if (dice < 96) {
            return seek();
        } else if (dice < 112) {
            return update();
        } else if (dice < 115) {
            return setRetention();
        } else if (dice < 130) {
            return new Command.Trim(rarely() ? 9 : 1 + random.nextInt(2), random.nextInt(8) - (rarely() ? 8 : 0));
        } else if (dice < 154) {
            return deadLetters(random.nextInt(5));
        } else if (dice < 504) {
            return grant();
        } else if (dice < 728) {
            return new Command.Ack(0, 0, List.of());
        } else if (dice < 790) {
            return new Command.Nack(0, 0, List.of(), random.nextInt(20) == 0 ? -1 : random.nextInt(3) * 40L);
        } else if (dice < 860) {
            long visibility = random.nextInt(20) == 0 ? -1 : random.nextInt(4) * 50L;
            return new Command.Extend(0, 0, List.of(), visibility, random.nextBoolean());
        } else if (dice < 900) {
            return new Command.Release(0, 0, List.of());
        } else if (dice < 955) {
            return new Command.Expire(random.nextInt(30) - 1);
        } else if (dice < 990) {
            return new Command.Sweep(random.nextInt(20) - 1);
        } else if (dice < 992) {
            return keyCommand();
        } else if (dice < 997) {
            return new Command.Mark();
        }
        return new Command.RaiseFeatureLevel(random.nextInt(2));
    }

    private Command setRetention() {
        long age = random.nextBoolean() ? 0 : 200 + random.nextInt(3_000);
        long bytes = random.nextBoolean() ? 0 : 2_000 + random.nextInt(20_000);
        long hold = random.nextBoolean() ? 0 : random.nextInt(40_000);
        return new Command.SetRetention(
                rarely() ? 9 : 1 + random.nextInt(2), new Retention(age, rarely() ? -1 : bytes, hold));
    }

    private Command keyCommand() {
        String id = rarely() ? "" : "k" + random.nextInt(6);
        if (random.nextInt(4) == 0) {
            return new Command.RevokeKey(id, random.nextInt(3) > 0);
        }
        long revision = random.nextBoolean() ? -1 : model.keys.revision(id) - (rarely() ? 1 : 0);
        byte[] secret = new byte[rarely() ? 0 : 2];
        random.nextBytes(secret);
        return new Command.PutKey(
                id, revision, secret, List.of("consume:" + random.nextInt(3)), random.nextInt(3) * 50L);
    }

    /** Fills in the leases of a command that settles: of one group, some wrong. */
    Command complete(Command command) {
        if (command instanceof Command.Ack) {
            Held held = anyHeld();
            return new Command.Ack(held.group, generationOf(held), someLeases(held));
        } else if (command instanceof Command.Nack c) {
            Held held = anyHeld();
            return new Command.Nack(held.group, generationOf(held), someLeases(held), c.delayMillis());
        } else if (command instanceof Command.Extend c) {
            Held held = anyHeld();
            return new Command.Extend(
                    held.group, generationOf(held), someLeases(held), c.visibilityMillis(), c.lenient());
        } else if (command instanceof Command.Release) {
            Held held = anyHeld();
            return new Command.Release(held.group, generationOf(held), someLeases(held));
        }
        return command;
    }

    private boolean rarely() {
        return random.nextInt(25) == 0;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Held anyHeld() {
        if (leases.isEmpty()) {
            return new Held(random.nextInt(5), random.nextInt(20), new LeaseRef(random.nextInt(10), 3, 0));
        }
        // Late ones too, but mostly of the last few grants.
        int from = random.nextInt(4) == 0 ? 0 : Math.max(0, leases.size() - 40);
        return leases.get(from + random.nextInt(leases.size() - from));
    }

    private long generationOf(Held held) {
        if (rarely()) {
            return held.generation + random.nextInt(3) - 1;
        }
        return held.generation;
    }

    private List<LeaseRef> someLeases(Held first) {
        List<LeaseRef> chosen = new ArrayList<>();
        chosen.add(first.lease);
        for (Held held : leases) {
            if (held.group == first.group && held.generation == first.generation && random.nextInt(6) == 0) {
                chosen.add(held.lease);
            }
        }
        if (rarely()) {
            chosen.add(first.lease);
        }
        if (rarely()) {
            chosen.add(new LeaseRef(
                    first.lease.offset() + random.nextInt(5) - 2,
                    first.lease.leaseIndex() + random.nextInt(3) - 1,
                    random.nextInt(4) - 1));
        }
        return chosen;
    }

    // ---- sources ----

    private Command sourceCommand(int kind) {
        int streamId = 1 + random.nextInt(3);
        Source s = model.sources.all.getOrDefault(streamId, new Source());
        SourcePosition previous = rarely() ? SourcePosition.ORIGIN : s.last;
        if (s.phase == Phase.INTENT && model.sources.all.containsKey(streamId) && random.nextInt(4) > 0) {
            return new Command.SourceReady(streamId, "sys", 1, new Lsn(10));
        }
        if (s.phase == Phase.STOPPED && random.nextInt(4) > 0) {
            return new Command.ResumeSource(
                    streamId, previous, s.epoch + (rarely() ? 2 : 1), "slot2", "sys", 2, new Lsn(500));
        }
        return switch (kind) {
            case 0, 1 -> new Command.SourceIntent("s" + random.nextInt(3), "db", rarely() ? "other" : "slot", "pub");
            case 2 -> new Command.SourceReady(streamId, "sys", 1 + random.nextInt(2), new Lsn(10));
            case 3 -> new Command.SourceBound(streamId, previous, new Lsn(s.bound.value() + random.nextInt(20) - 3));
            case 4 -> new Command.ResumeSource(streamId, previous, s.epoch, "slot2", "sys", 2, new Lsn(500));
            case 5 -> new Command.SourceTimeline(streamId, previous, s.timeline + random.nextInt(4) - 1);
            default ->
                random.nextInt(4) > 0
                        ? new Command.Mark()
                        : new Command.StopSource(
                                streamId, previous, "slot gone", random.nextBoolean() ? new byte[0] : gap(s, previous));
        };
    }

    private static byte[] gap(Source s, SourcePosition previous) {
        EventBatch.Builder builder = new EventBatch.Builder(s.name, "db", previous);
        SourcePosition position =
                new SourcePosition(s.epoch, new Lsn(previous.commitLsn().value() + 1), 0);
        builder.add(new ChangeEvent(
                position,
                Action.GAP,
                Route.SOURCE,
                1000,
                0,
                0,
                0,
                false,
                Batches.utf8("{\"reason\":\"slot_missing\"}"),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT));
        return BatchCodec.encode(builder.build());
    }

    private Command append() {
        int streamId = rarely() ? 9 : 1 + random.nextInt(2);
        Source s = model.sources.all.getOrDefault(streamId, new Source());
        if (!batches.isEmpty() && random.nextInt(12) == 0) {
            return any(batches);
        }
        SourcePosition previous = s.last;
        if (random.nextInt(15) == 0) {
            previous = new SourcePosition(
                    s.last.epoch(), new Lsn(Math.max(0, s.last.commitLsn().value() + random.nextInt(5) - 3)), 0);
        }
        byte[] encoded = BatchCodec.encode(batch(s, previous));
        if (rarely()) {
            encoded[random.nextInt(encoded.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Command.Append append = new Command.Append(streamId, encoded);
        batches.add(append);
        if (batches.size() > KEPT_BATCHES) {
            batches.remove(0);
        }
        return append;
    }

    private EventBatch batch(Source s, SourcePosition previous) {
        EventBatch.Builder builder = new EventBatch.Builder(rarely() ? "nobody" : s.name, "db", previous);
        int epoch = rarely() ? s.epoch + 1 : s.epoch;
        int events = 1 + random.nextInt(6);
        SourcePosition at = previous;
        for (int i = 0; i < events; i++) {
            boolean sameTransaction = at.epoch() == epoch && random.nextBoolean();
            at = sameTransaction
                    ? new SourcePosition(epoch, at.commitLsn(), at.ordinal() + 1)
                    : new SourcePosition(
                            Math.max(epoch, at.epoch()), new Lsn(at.commitLsn().value() + 1 + random.nextInt(3)), 0);
            builder.add(Batches.insert(at, random.nextInt(50), 1000 + random.nextInt(1000)));
            if (random.nextInt(3) == 0) {
                builder.endTransaction(new Lsn(at.commitLsn().value() + 1));
            }
        }
        return builder.build();
    }

    // ---- groups ----

    private Command createGroup() {
        StartPosition start = switch (random.nextInt(5)) {
            case 0 -> new StartPosition.Earliest();
            case 1 -> new StartPosition.Latest();
            case 2 -> new StartPosition.AtTime(random.nextInt(3), random.nextInt(60) - 3);
            case 3 -> new StartPosition.AtLsn(new Lsn(random.nextInt(3)), random.nextInt(60) - 3);
            default -> new StartPosition.AtOffset(random.nextInt(60) - 3);
        };
        boolean ordered = random.nextBoolean();
        GroupConfig config = new GroupConfig(
                rarely() ? -1 : 30_000,
                random.nextInt(2),
                ordered ? GroupConfig.Ordering.KEY : GroupConfig.Ordering.NONE,
                GroupConfig.Mode.CHANGES,
                random.nextBoolean() ? List.of() : List.of("public.orders"),
                List.of(),
                "",
                0,
                0,
                random.nextInt(5) == 0,
                Optional.empty(),
                random.nextInt(4) > 0 ? "" : "g" + random.nextInt(MAX_GROUPS));
        String name = rarely() ? "not a name" : "g" + random.nextInt(MAX_GROUPS);
        return new Command.CreateGroup(name, rarely() ? 9 : 1 + random.nextInt(2), start, config);
    }

    private GroupModel anyGroup() {
        List<GroupModel> all = new ArrayList<>(model.groups.values());
        all.sort((a, b) -> Integer.compare(a.id, b.id));
        return all.isEmpty() || rarely() ? new GroupModel() : any(all);
    }

    private Command deleteGroup() {
        GroupModel g = anyGroup();
        return new Command.DeleteGroup(g.id, rarely() ? g.generation - 1 : g.generation);
    }

    private Command seek() {
        GroupModel g = anyGroup();
        long end = model.sources.all.getOrDefault(g.stream, new Source()).end;
        StartPosition to = switch (random.nextInt(4)) {
            case 0 -> new StartPosition.Earliest();
            case 1 -> new StartPosition.Latest();
            default -> new StartPosition.AtOffset(end - random.nextInt(30) + 2);
        };
        return new Command.SeekGroup(g.id, rarely() ? g.generation - 1 : g.generation, to);
    }

    private Command update() {
        GroupModel g = anyGroup();
        GroupChange.Builder change = new GroupChange.Builder();
        switch (random.nextInt(5)) {
            case 0 -> change.paused(random.nextBoolean());
            case 1 ->
                change.filter(new GroupChange.Filter(
                        random.nextBoolean() ? List.of() : List.of("public.orders"), List.of(), ""));
            case 2 ->
                change.visibilityMillis(rarely() ? -1 : random.nextInt(1000)).maxDeliveries(random.nextInt(3));
            case 3 ->
                change.delayMillis(random.nextInt(3))
                        .receiveWaitMillis(rarely() ? -1 : random.nextInt(3))
                        .hold(random.nextInt(4) == 0)
                        .deadLetterGroup(random.nextInt(4) == 0 ? "" : "g" + random.nextInt(MAX_GROUPS));
            default -> {
                Map<String, String> tags = new HashMap<>();
                for (int i = random.nextInt(20); i >= 0; i--) {
                    tags.put("t" + random.nextInt(70), "v" + random.nextInt(2));
                }
                if (rarely()) {
                    tags.put("", "x");
                }
                List<String> removed = new ArrayList<>();
                for (int i = random.nextInt(25); i > 0; i--) {
                    removed.add("t" + random.nextInt(70));
                }
                change.tags(tags).removedTags(removed);
            }
        }
        return new Command.UpdateGroup(
                g.id,
                rarely() ? g.generation - 1 : g.generation,
                rarely() ? g.planVersion - 1 : g.planVersion,
                change.build());
    }

    private Command deadLetters(int kind) {
        GroupModel g = anyGroup();
        if (kind < 3) {
            List<Command.Dead> dead = new ArrayList<>();
            for (Message message : g.messages.values()) {
                if (message.state == State.DYING ? random.nextInt(4) > 0 : rarely()) {
                    dead.add(new Command.Dead(message.offset, "max_deliveries", payload(g)));
                }
            }
            if (rarely()) {
                dead.add(new Command.Dead(random.nextInt(60) - 2, "x".repeat(60 + random.nextInt(6)), payload(g)));
            }
            return new Command.DeadLetter(g.id, rarely() ? g.generation - 1 : g.generation, dead);
        }
        TreeSet<Long> letters = new TreeSet<>();
        for (long letter : g.letters.kept.keySet()) {
            if (random.nextInt(3) > 0) {
                letters.add(letter);
            }
        }
        for (long letter : g.letters.away.keySet()) {
            if (random.nextInt(4) == 0) {
                letters.add(letter);
            }
        }
        if (random.nextInt(4) == 0) {
            letters.add((long) random.nextInt(30) - 2);
        }
        return kind == 3 || random.nextInt(3) > 0
                ? new Command.Redrive(g.id, destination(g), toArray(letters))
                : new Command.DropDeadLetters(g.id, toArray(letters));
    }

    private int destination(GroupModel g) {
        return switch (random.nextInt(3)) {
            case 0 -> Command.Redrive.TO_ORIGIN;
            case 1 -> anyGroup().id;
            default -> g.id;
        };
    }

    private byte[] payload(GroupModel g) {
        Source s = model.sources.all.getOrDefault(g.stream, new Source());
        EventBatch.Builder builder =
                new EventBatch.Builder(random.nextInt(200) == 0 ? "nobody" : s.name, "db", SourcePosition.ORIGIN);
        int events = random.nextInt(200) == 0 ? 2 : 1;
        for (int i = 0; i < events; i++) {
            builder.add(Batches.insert(new SourcePosition(1, new Lsn(5), i), random.nextInt(50), 1000));
        }
        byte[] encoded = BatchCodec.encode(builder.build());
        if (random.nextInt(200) == 0) {
            encoded[random.nextInt(encoded.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return encoded;
    }

    private Command grant() {
        GroupModel g = anyGroup();
        long end = model.sources.all.getOrDefault(g.stream, new Source()).end;
        long scan = rarely() ? g.scan + random.nextInt(3) - 1 : g.scan;
        long newScan = Math.min(end, scan + random.nextInt(12)) + (rarely() ? 2 : 0);
        TreeSet<Long> fresh = new TreeSet<>();
        for (long offset = scan; offset < newScan; offset++) {
            if (GrantPlans.matches(offset)) {
                fresh.add(offset);
            }
        }
        TreeSet<Long> retries = new TreeSet<>();
        for (Map.Entry<Long, Message> message : g.messages.entrySet()) {
            if (message.getValue().state == State.READY ? random.nextInt(3) > 0 : random.nextInt(25) == 0) {
                retries.add(message.getKey());
            }
        }
        if (random.nextInt(60) == 0) {
            retries.add((long) random.nextInt(40) - 2);
        }
        long visibility = random.nextInt(8) == 0 ? 0 : random.nextInt(200);
        KeyPlan keys = KeyPlan.NONE;
        if (g.ordered()) {
            GrantPlans plans = new GrantPlans(
                    random, g, model.sources.all.getOrDefault(g.stream, new Source()).earliest, scan, retries);
            keys = plans.plan(fresh);
        } else if (random.nextInt(500) == 0) {
            keys = new KeyPlan(List.of(GrantPlans.order(1)), new long[0], List.of(), List.of());
        }
        return new Command.Grant(
                g.id,
                rarely() ? g.generation - 1 : g.generation,
                rarely() ? g.planVersion + 1 : g.planVersion,
                scan,
                newScan,
                toArray(fresh),
                toArray(retries),
                keys,
                rarely() ? -1 : visibility);
    }

    static long[] toArray(Set<Long> offsets) {
        return offsets.stream().mapToLong(Long::longValue).toArray();
    }
}
