package dev.penstock.storage.machine;

import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the machine is for, in plain maps: written from the meaning of the commands, with no care for speed, memory or
 * disk, and no class of the machine but its values.
 */
final class Model {

    static final class Message {
        long offset;
        State state = State.LEASED;
        LeaseRef lease = new LeaseRef(0, 0, 0);
        long due;
        int deliveries;
        long firstWall;
        long lastWall;
        KeyOrder order = KeyOrder.NONE;
    }

    static final class GroupModel {
        int id;
        String name = "";
        int stream;
        long generation;
        long planVersion;
        long start;
        long scan;
        GroupConfig config = GroupConfig.defaults();
        StartPosition requested = new StartPosition.Latest();
        boolean paused;
        long changed;
        TreeMap<String, String> tags = new TreeMap<>();
        Map<Long, Message> messages = new HashMap<>();
        Map<Long, ParkedKey> parked = new HashMap<>();
        long lost;
        long lostWall;
        ModelLetters letters = new ModelLetters(0);

        long count(State state) {
            return messages.values().stream().filter(m -> m.state == state).count();
        }

        long floor() {
            long waiting =
                    parked.values().stream().mapToLong(ParkedKey::offset).min().orElse(scan);
            return Math.min(
                    waiting,
                    messages.keySet().stream()
                            .filter(offset -> !AsideOffset.isAside(offset))
                            .min(Comparator.naturalOrder())
                            .orElse(scan));
        }

        boolean isLast(int deliveries) {
            return config.maxDeliveries() > 0 && deliveries >= config.maxDeliveries();
        }

        boolean ordered() {
            return config.ordering() == GroupConfig.Ordering.KEY;
        }
    }

    /** A generation that ended with messages. */
    record Ended(int group, long generation) {}

    final ModelSources sources = new ModelSources();
    final Map<Integer, GroupModel> groups = new HashMap<>();
    final TreeMap<Ended, Map<Long, Message>> ended =
            new TreeMap<>(Comparator.comparingInt(Ended::group).thenComparingLong(Ended::generation));
    /** How many keys waited in them. */
    final Map<Ended, Integer> endedParked = new HashMap<>();

    /** By the stream whose letters they are. */
    final Map<Integer, ModelPayloads> payloads = new HashMap<>();

    final Map<Integer, Integer> streamOfGroup = new HashMap<>();
    final ModelKeys keys = new ModelKeys();
    private final ModelGroups groupModels = new ModelGroups(this);
    private final ModelDeadLetters letters = new ModelDeadLetters(this);
    long clock;
    int nextGroup = 1;
    private long term;
    long index;
    Envelope envelope = new Envelope(0, 0, 0, List.of());
    int ordinal;
    private final Set<Integer> refusedGrants = new HashSet<>();

    List<Reply> apply(long atTerm, long atIndex, Envelope entry) {
        term = atTerm;
        index = atIndex;
        envelope = entry;
        ordinal = 0;
        refusedGrants.clear();
        clock = Math.max(clock, entry.stampMillis());
        List<Reply> replies = new ArrayList<>();
        for (Command command : entry.commands()) {
            replies.add(one(command));
        }
        return replies;
    }

    private Reply one(Command command) {
        return switch (command.type()) {
            case SOURCE_INTENT -> sources.intent((Command.SourceIntent) command);
            case SOURCE_READY -> sources.ready((Command.SourceReady) command);
            case APPEND -> sources.append((Command.Append) command, clock);
            case SOURCE_BOUND -> sources.bound((Command.SourceBound) command);
            case STOP_SOURCE -> sources.stop((Command.StopSource) command, clock);
            case RESUME_SOURCE -> sources.resume((Command.ResumeSource) command);
            case SOURCE_TIMELINE -> sources.timeline((Command.SourceTimeline) command);
            case CREATE_GROUP -> groupModels.create((Command.CreateGroup) command);
            case DELETE_GROUP -> groupModels.delete((Command.DeleteGroup) command);
            case SEEK_GROUP -> groupModels.seek((Command.SeekGroup) command);
            case UPDATE_GROUP -> groupModels.update((Command.UpdateGroup) command);
            case PUT_KEY -> keys.put((Command.PutKey) command, index, clock);
            case REVOKE_KEY -> keys.revoke((Command.RevokeKey) command, index);
            case GRANT -> grant((Command.Grant) command);
            case ACK -> ack((Command.Ack) command);
            case NACK -> nack((Command.Nack) command);
            case EXTEND -> extend((Command.Extend) command);
            case RELEASE -> release((Command.Release) command);
            case DEAD_LETTER -> letters.deadLetter((Command.DeadLetter) command);
            case REDRIVE -> letters.redrive((Command.Redrive) command);
            case DROP_DEAD_LETTERS -> letters.drop((Command.DropDeadLetters) command);
            case EXPIRE -> expire((Command.Expire) command);
            case SWEEP -> sweep((Command.Sweep) command);
            case TRIM -> trim((Command.Trim) command);
            case SET_RETENTION -> sources.setRetention((Command.SetRetention) command);
            case MARK -> new Reply.Marked(0);
            case RAISE_FEATURE_LEVEL ->
                ((Command.RaiseFeatureLevel) command).level() < 1 ? no(Rejection.MALFORMED) : new Reply.Done();
        };
    }

    static Reply no(Rejection reason) {
        return new Rejected(reason, "");
    }

    // ---- deliveries ----

    private Reply grant(Command.Grant c) {
        if (envelope.planningTerm() != term) {
            return no(Rejection.STALE_TERM);
        }
        GroupModel g = groups.get(c.groupId());
        if (g == null) {
            return no(Rejection.UNKNOWN_GROUP);
        }
        // Of an ordered group the plans of an entry stand on each other.
        boolean baseless = g.ordered() && refusedGrants.contains(g.id);
        Reply reply = baseless ? no(Rejection.NOT_AVAILABLE) : grant(g, c);
        if (reply instanceof Rejected) {
            refusedGrants.add(g.id);
        }
        return reply;
    }

    private Reply grant(GroupModel g, Command.Grant c) {
        if (g.generation != c.generation()) {
            return no(Rejection.STALE_GENERATION);
        }
        if (g.planVersion != c.planVersion()) {
            return no(Rejection.STALE_PLAN);
        }
        if (g.scan != c.previousScan()) {
            return no(Rejection.STALE_SCAN);
        }
        if (isMalformed(g, c)) {
            return no(Rejection.MALFORMED);
        }
        for (long offset : c.retries()) {
            Message m = g.messages.get(offset);
            if (m == null || m.state != State.READY) {
                return no(Rejection.NOT_AVAILABLE);
            }
        }
        long earliest = sources.all.getOrDefault(g.stream, new Source()).earliest;
        if (g.ordered() && !OrderModel.allowed(g, earliest, c)) {
            return no(Rejection.NOT_AVAILABLE);
        }
        Map<Long, ParkedKey> parked = OrderModel.parkedAfter(g, c);
        Reply reply = handOut(g, c, OrderModel.outgoing(g, c));
        g.parked = parked;
        return reply;
    }

    private boolean isMalformed(GroupModel g, Command.Grant c) {
        long end = sources.all.getOrDefault(g.stream, new Source()).end;
        boolean bad = c.newScan() < g.scan || c.newScan() > end || c.visibilityMillis() < 0;
        bad |= OrderModel.isMalformed(g, c);
        for (int i = 0; i < c.fresh().length; i++) {
            bad |= c.fresh()[i] < g.scan || c.fresh()[i] >= c.newScan();
            bad |= i > 0 && c.fresh()[i] <= c.fresh()[i - 1];
        }
        for (long[] below : List.of(c.retries(), c.keys().unparked())) {
            for (int i = 0; i < below.length; i++) {
                bad |= below[i] < 0 || (below[i] >= g.scan && !(below == c.retries() && AsideOffset.isAside(below[i])));
                bad |= i > 0 && below[i] <= below[i - 1];
            }
        }
        return bad;
    }

    private Reply handOut(GroupModel g, Command.Grant c, Map<Long, KeyOrder> granted) {
        int count = granted.size();
        long[] offsets = new long[count];
        int[] deliveries = new int[count];
        long[] first = new long[count];
        int i = 0;
        int firstOrdinal = ordinal;
        ordinal += count;
        for (Map.Entry<Long, KeyOrder> out : granted.entrySet()) {
            Message m = g.messages.get(out.getKey());
            if (m == null) {
                m = new Message();
                m.offset = out.getKey();
                m.firstWall = envelope.wallMillis();
                m.order = out.getValue();
                g.messages.put(m.offset, m);
            }
            m.deliveries++;
            m.lastWall = envelope.wallMillis();
            m.lease = new LeaseRef(m.offset, index, firstOrdinal + i);
            hide(g, m, c.visibilityMillis());
            offsets[i] = m.offset;
            deliveries[i] = m.deliveries;
            first[i++] = m.firstWall;
        }
        g.scan = c.newScan();
        return new Reply.Granted(index, firstOrdinal, clock + c.visibilityMillis(), offsets, deliveries, first);
    }

    private void hide(GroupModel g, Message m, long visibilityMillis) {
        if (visibilityMillis > 0) {
            m.state = State.LEASED;
            m.due = clock + visibilityMillis;
        } else {
            failed(g, m, State.READY, 0);
        }
    }

    private void failed(GroupModel g, Message m, State state, long due) {
        m.state = state;
        m.due = due;
        if (g.isLast(m.deliveries)) {
            m.state = State.DYING;
            m.due = 0;
            if (AsideOffset.isAside(m.offset)) {
                g.messages.remove(m.offset);
                letters.bury(g, g.letters.diedAgain(m, envelope.wallMillis()));
            }
        }
    }

    private void remove(GroupModel g, Message m) {
        g.messages.remove(m.offset);
        if (AsideOffset.isAside(m.offset)) {
            letters.dropPayload(g.stream, AsideOffset.letter(m.offset));
        }
    }

    private interface Item {
        ItemResult apply(GroupModel g, Message m, LeaseRef lease);
    }

    private Reply each(int groupId, long generation, List<LeaseRef> leases, ItemResult settled, Item item) {
        GroupModel g = groups.get(groupId);
        if (g == null) {
            return no(Rejection.UNKNOWN_GROUP);
        }
        List<ItemResult> results = new ArrayList<>();
        for (LeaseRef lease : leases) {
            Message m = g.messages.get(lease.offset());
            boolean beyond = lease.offset() >= g.scan && !AsideOffset.isAside(lease.offset());
            if (g.generation != generation || lease.offset() < 0 || beyond) {
                results.add(ItemResult.LEASE_LOST);
            } else {
                results.add(m == null ? settled : item.apply(g, m, lease));
            }
        }
        return new Reply.Settled(results.toArray(new ItemResult[0]));
    }

    /** Ordered: the newest, running. Unordered: the newest, or any that this message can have had. */
    private boolean holds(GroupModel g, Message m, LeaseRef lease, boolean any) {
        if (g.ordered()) {
            return m.lease.equals(lease) && m.state == State.LEASED && clock < m.due;
        }
        if (!any) {
            return m.lease.equals(lease);
        }
        boolean later = lease.leaseIndex() > m.lease.leaseIndex()
                || (lease.leaseIndex() == m.lease.leaseIndex() && lease.leaseOrdinal() > m.lease.leaseOrdinal());
        return !later && lease.leaseIndex() >= g.generation && lease.leaseOrdinal() >= 0;
    }

    private Reply ack(Command.Ack c) {
        return each(c.groupId(), c.generation(), c.leases(), ItemResult.OK, (g, m, lease) -> {
            if (!holds(g, m, lease, true)) {
                return ItemResult.LEASE_LOST;
            }
            remove(g, m);
            return ItemResult.OK;
        });
    }

    private Reply nack(Command.Nack c) {
        if (c.delayMillis() < 0) {
            return no(Rejection.MALFORMED);
        }
        return each(c.groupId(), c.generation(), c.leases(), ItemResult.SETTLED, (g, m, lease) -> {
            if (!holds(g, m, lease, false)) {
                return ItemResult.LEASE_LOST;
            }
            if (m.state != State.DYING) {
                boolean now = c.delayMillis() == 0;
                failed(g, m, now ? State.READY : State.DELAYED, now ? 0 : clock + c.delayMillis());
                givenBack(g, m);
            }
            return ItemResult.OK;
        });
    }

    private Reply extend(Command.Extend c) {
        if (c.visibilityMillis() < 0) {
            return no(Rejection.MALFORMED);
        }
        return each(c.groupId(), c.generation(), c.leases(), ItemResult.SETTLED, (g, m, lease) -> {
            if (!holds(g, m, lease, c.lenient())) {
                return ItemResult.LEASE_LOST;
            }
            if (m.state == State.DYING) {
                return c.visibilityMillis() == 0 ? ItemResult.OK : ItemResult.LEASE_LOST;
            }
            hide(g, m, c.visibilityMillis());
            givenBack(g, m);
            return ItemResult.OK;
        });
    }

    private Reply release(Command.Release c) {
        return each(c.groupId(), c.generation(), c.leases(), ItemResult.SETTLED, (g, m, lease) -> {
            if (m.state != State.LEASED || !m.lease.equals(lease)) {
                return ItemResult.LEASE_LOST;
            }
            m.deliveries--;
            m.lease = new LeaseRef(m.offset, index, ordinal++);
            m.state = State.READY;
            m.due = 0;
            givenBack(g, m);
            return ItemResult.OK;
        });
    }

    // ---- retention ----

    private void givenBack(GroupModel g, Message m) {
        long earliest = sources.all.getOrDefault(g.stream, new Source()).earliest;
        if (m.offset < earliest && m.state != State.LEASED) {
            g.messages.remove(m.offset);
            TrimModel.lose(g, 1, envelope.wallMillis());
        }
    }

    private Reply trim(Command.Trim c) {
        if (envelope.planningTerm() != term) {
            return no(Rejection.STALE_TERM);
        }
        if (c.max() < 0) {
            return no(Rejection.MALFORMED);
        }
        Source s = sources.all.get(c.streamId());
        if (s == null) {
            return no(Rejection.UNKNOWN_STREAM);
        }
        List<GroupModel> readers = groups.values().stream()
                .filter(g -> g.stream == c.streamId())
                .sorted(Comparator.comparingInt(g -> g.id))
                .toList();
        return TrimModel.trim(s, readers, c.max(), clock, envelope.wallMillis());
    }

    // ---- time and rubbish ----

    private record DueMessage(
            long due,
            int group,
            long generation,
            long offset,
            @Nullable Message live) {}

    private List<DueMessage> allDue() {
        List<DueMessage> due = new ArrayList<>();
        for (GroupModel g : groups.values()) {
            for (Message m : g.messages.values()) {
                due.add(new DueMessage(m.due, g.id, g.generation, m.offset, m));
            }
        }
        ended.forEach((e, messages) -> {
            for (Message m : messages.values()) {
                due.add(new DueMessage(m.due, e.group(), e.generation(), m.offset, null));
            }
        });
        due.removeIf(m -> m.due == 0);
        due.sort(Comparator.comparingLong(DueMessage::due)
                .thenComparingInt(DueMessage::group)
                .thenComparingLong(DueMessage::generation)
                .thenComparingLong(DueMessage::offset));
        return due;
    }

    long nextDue() {
        List<DueMessage> due = allDue();
        return due.isEmpty() ? Long.MAX_VALUE : due.get(0).due();
    }

    private Reply expire(Command.Expire c) {
        if (envelope.planningTerm() != term) {
            return no(Rejection.STALE_TERM);
        }
        if (c.max() < 0) {
            return no(Rejection.MALFORMED);
        }
        int freed = 0;
        int taken = 0;
        for (DueMessage due : allDue()) {
            if (due.due() > clock || taken == c.max()) {
                break;
            }
            taken++;
            if (due.live() != null) {
                expire(groups.getOrDefault(due.group(), new GroupModel()), due.live());
                givenBack(groups.getOrDefault(due.group(), new GroupModel()), due.live());
                freed++;
            } else {
                Ended of = new Ended(due.group(), due.generation());
                letters.removeEnded(of, ended.getOrDefault(of, new HashMap<>()), due.offset());
            }
        }
        return new Reply.Expired(freed, nextDue() <= clock);
    }

    private void expire(GroupModel g, Message m) {
        if (m.state == State.LEASED) {
            failed(g, m, State.READY, 0);
        } else {
            m.state = State.READY;
            m.due = 0;
        }
    }

    private Reply sweep(Command.Sweep c) {
        if (envelope.planningTerm() != term) {
            return no(Rejection.STALE_TERM);
        }
        if (c.max() < 0) {
            return no(Rejection.MALFORMED);
        }
        int left = c.max();
        int swept = 0;
        while (left > 0 && !ended.isEmpty()) {
            Ended first = ended.firstKey();
            Map<Long, Message> rows = ended.firstEntry().getValue();
            List<Long> offsets = rows.keySet().stream().sorted().limit(left).toList();
            offsets.forEach(offset -> letters.removeEnded(first, rows, offset));
            int parked = endedParked.getOrDefault(first, 0);
            int parkedNow = Math.min(parked, left - offsets.size());
            endedParked.put(first, parked - parkedNow);
            int now = offsets.size() + parkedNow;
            swept += now;
            if (now < left) {
                ended.pollFirstEntry();
                endedParked.remove(first);
            }
            left -= Math.max(1, now);
        }
        return new Reply.Swept(swept, !ended.isEmpty());
    }
}
