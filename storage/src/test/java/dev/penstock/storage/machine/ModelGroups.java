package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Model.Ended;
import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.HashMap;
import java.util.Set;
import java.util.TreeMap;

/** The part of the {@link Model} about groups as such: made, deleted, sought, changed. */
final class ModelGroups {

    private final Model model;

    ModelGroups(Model model) {
        this.model = model;
    }

    Reply create(Command.CreateGroup c) {
        if (!c.name().matches("[A-Za-z0-9_-]{1,75}")
                || c.config().visibilityMillis() < 0
                || c.config().maxDeliveries() < 0
                || c.config().delayMillis() < 0
                || c.config().receiveWaitMillis() < 0) {
            return Model.no(Rejection.MALFORMED);
        }
        Source s = model.sources.all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_STREAM);
        }
        for (GroupModel g : model.groups.values()) {
            if (g.name.equals(c.name())) {
                boolean same =
                        g.stream == c.streamId() && g.config.equals(c.config()) && sameRequest(g.requested, c.start());
                return same
                        ? new Reply.GroupCreated(g.id, g.generation, g.start, true)
                        : Model.no(Rejection.GROUP_EXISTS);
            }
        }
        long start = resolve(s, c.start());
        if (start < 0) {
            return Model.no(Rejection.OFFSET_OUT_OF_RANGE);
        }
        GroupModel g = new GroupModel();
        g.id = model.nextGroup++;
        g.letters = new ModelLetters(g.id);
        g.name = c.name();
        g.stream = c.streamId();
        g.generation = model.index;
        g.planVersion = model.index;
        g.start = start;
        g.scan = start;
        g.config = c.config();
        g.requested = c.start();
        g.changed = model.envelope.wallMillis();
        model.groups.put(g.id, g);
        model.streamOfGroup.put(g.id, g.stream);
        return new Reply.GroupCreated(g.id, model.index, start, false);
    }

    private static long resolve(Source s, StartPosition position) {
        if (position instanceof StartPosition.Earliest) {
            return s.earliest;
        }
        long offset = s.end;
        if (position instanceof StartPosition.AtOffset at) {
            offset = at.offset();
        } else if (position instanceof StartPosition.AtTime at) {
            offset = at.offset();
        } else if (position instanceof StartPosition.AtLsn at) {
            offset = at.offset();
        }
        return offset >= s.earliest && offset <= s.end ? offset : -1;
    }

    /** A time or an LSN may have led elsewhere when it was asked for first. */
    private static boolean sameRequest(StartPosition first, StartPosition second) {
        if (first instanceof StartPosition.AtTime one && second instanceof StartPosition.AtTime other) {
            return one.micros() == other.micros();
        }
        if (first instanceof StartPosition.AtLsn one && second instanceof StartPosition.AtLsn other) {
            return one.lsn().equals(other.lsn());
        }
        return first.equals(second);
    }

    Reply delete(Command.DeleteGroup c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        if (g.generation != c.generation()) {
            return Model.no(Rejection.STALE_GENERATION);
        }
        end(g);
        if (!g.letters.kept.isEmpty()) {
            model.ended.put(new Ended(g.id, 0), g.letters.asMessages());
        }
        model.groups.remove(g.id);
        return new Reply.Done();
    }

    Reply seek(Command.SeekGroup c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        if (g.generation != c.generation() || g.generation == model.index) {
            return Model.no(Rejection.STALE_GENERATION);
        }
        long to = resolve(model.sources.all.getOrDefault(g.stream, new Source()), c.to());
        if (to < 0) {
            return Model.no(Rejection.OFFSET_OUT_OF_RANGE);
        }
        end(g);
        long from = g.scan;
        g.messages = new HashMap<>();
        g.parked = new HashMap<>();
        g.generation = model.index;
        g.start = to;
        g.scan = to;
        return new Reply.Sought(model.index, from, to);
    }

    Reply update(Command.UpdateGroup c) {
        GroupModel g = model.groups.get(c.groupId());
        if (g == null) {
            return Model.no(Rejection.UNKNOWN_GROUP);
        }
        if (g.generation != c.generation()) {
            return Model.no(Rejection.STALE_GENERATION);
        }
        GroupConfig was = g.config;
        GroupConfig next = new GroupConfig(
                c.change().visibilityMillis().orElse(was.visibilityMillis()),
                c.change().maxDeliveries().orElse(was.maxDeliveries()),
                was.ordering(),
                c.change().mode().orElse(was.mode()),
                c.change().filter().map(GroupChange.Filter::tables).orElse(was.tables()),
                c.change().filter().map(GroupChange.Filter::actions).orElse(was.actions()),
                c.change().filter().map(GroupChange.Filter::where).orElse(was.where()),
                c.change().delayMillis().orElse(was.delayMillis()),
                c.change().receiveWaitMillis().orElse(was.receiveWaitMillis()),
                c.change().hold().orElse(was.hold()),
                c.change().queue().or(was::queue),
                c.change().deadLetterGroup().orElse(was.deadLetterGroup()));
        boolean paused = c.change().paused().orElse(g.paused);
        boolean others = next.mode() != was.mode()
                || !next.tables().equals(was.tables())
                || !next.actions().equals(was.actions())
                || !next.where().equals(was.where())
                || paused != g.paused;
        if (g.planVersion != c.planVersion() || (others && g.planVersion == model.index)) {
            return Model.no(Rejection.STALE_PLAN);
        }
        TreeMap<String, String> tags = new TreeMap<>(g.tags);
        tags.keySet().removeAll(Set.copyOf(c.change().removedTags()));
        tags.putAll(c.change().tags());
        if (next.visibilityMillis() < 0
                || next.maxDeliveries() < 0
                || next.delayMillis() < 0
                || next.receiveWaitMillis() < 0
                || tags.size() > 50
                || tags.containsKey("")) {
            return Model.no(Rejection.MALFORMED);
        }
        if (others || !next.equals(was) || !tags.equals(g.tags)) {
            g.changed = model.envelope.wallMillis();
        }
        g.config = next;
        g.paused = paused;
        g.tags = tags;
        g.planVersion = others ? model.index : g.planVersion;
        return new Reply.Done();
    }

    private void end(GroupModel g) {
        if (!g.messages.isEmpty() || !g.parked.isEmpty()) {
            model.ended.put(new Ended(g.id, g.generation), g.messages);
            model.endedParked.put(new Ended(g.id, g.generation), g.parked.size());
        }
    }
}
