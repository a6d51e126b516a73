package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.GroupTable;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.SourceTable;
import dev.penstock.storage.table.StreamTable;
import dev.penstock.storage.table.TagTable;
import dev.penstock.storage.table.UnsettledTable;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The small tables in memory: facts, sources, streams, groups. Loaded once, changed by the apply thread, written through
 * with each entry. A refused command changes nothing here; an exception in the middle makes the machine unusable.
 */
final class Catalog {

    /** A row with the value that the store (or the running transaction) holds. */
    private static final class Kept<T> {
        T now;
        byte @Nullable [] stored;
        boolean changed;

        Kept(T now) {
            this.now = now;
        }
    }

    private final TreeMap<Integer, Kept<SourceState>> sources = new TreeMap<>();
    private final TreeMap<Integer, Kept<StreamState>> streams = new TreeMap<>();
    private final TreeMap<Integer, Kept<Group>> groups = new TreeMap<>();
    private final TreeMap<String, Integer> groupIds = new TreeMap<>();
    private final Kept<MetaTable.Facts> facts;

    private Catalog(Kept<MetaTable.Facts> facts) {
        this.facts = facts;
    }

    static Catalog load(KeyReader reader) {
        byte[] storedFacts = MetaTable.storedFacts(reader);
        Kept<MetaTable.Facts> facts = new Kept<>(MetaTable.facts(storedFacts));
        facts.stored = storedFacts;
        Catalog catalog = new Catalog(facts);
        for (SourceState source : SourceTable.all(reader)) {
            catalog.sources.put(source.streamId(), stored(source, reader, SourceTable.key(source.streamId())));
        }
        for (StreamState stream : StreamTable.all(reader)) {
            catalog.streams.put(stream.id(), stored(stream, reader, StreamTable.key(stream.id())));
        }
        for (GroupTable.Row row : GroupTable.all(reader)) {
            int id = row.state().id();
            Group group = new Group(row);
            if (group.ordered()) {
                group.keys(KeyCounts.load(reader, id, group.generation), ParkedKeys.load(reader, id, group.generation));
            }
            group.tags = TagTable.get(reader, id);
            catalog.groups.put(id, stored(group, reader, GroupTable.key(id)));
            catalog.groupIds.put(row.state().name(), row.state().id());
        }
        return catalog;
    }

    /** With the bytes as they are, which an earlier version may have written in another way. */
    private static <T> Kept<T> stored(T now, KeyReader reader, byte[] key) {
        Kept<T> kept = new Kept<>(now);
        kept.stored = reader.get(Space.STATE, key);
        return kept;
    }

    MetaTable.Facts facts() {
        return facts.now;
    }

    void facts(MetaTable.Facts next) {
        facts.changed |= !next.equals(facts.now);
        facts.now = next;
    }

    @Nullable
    SourceState source(int streamId) {
        Kept<SourceState> kept = sources.get(streamId);
        return kept == null ? null : kept.now;
    }

    Optional<SourceState> source(String name) {
        return sources.values().stream()
                .map(kept -> kept.now)
                .filter(source -> source.name().equals(name))
                .findFirst();
    }

    void put(SourceState source) {
        Kept<SourceState> kept = sources.computeIfAbsent(source.streamId(), id -> new Kept<>(source));
        kept.now = source;
        kept.changed = true;
    }

    @Nullable
    StreamState stream(int streamId) {
        Kept<StreamState> kept = streams.get(streamId);
        return kept == null ? null : kept.now;
    }

    /** First offset still stored of the group's stream. */
    long earliest(Group group) {
        StreamState stream = stream(group.streamId);
        if (stream == null) {
            throw new IllegalStateException("expected stream " + group.streamId + " of group " + group.id);
        }
        return stream.earliest();
    }

    /** In order of id. */
    List<Group> groupsOf(int streamId) {
        return groups.values().stream()
                .map(kept -> kept.now)
                .filter(group -> group.streamId == streamId)
                .toList();
    }

    boolean hasStream(String name) {
        return stream(name).isPresent();
    }

    Optional<StreamState> stream(String name) {
        return streams.values().stream()
                .map(kept -> kept.now)
                .filter(stream -> stream.name().equals(name))
                .findFirst();
    }

    void put(StreamState stream) {
        Kept<StreamState> kept = streams.computeIfAbsent(stream.id(), id -> new Kept<>(stream));
        kept.now = stream;
        kept.changed = true;
    }

    /** In order of id. */
    Iterable<Group> groups() {
        return groups.values().stream().map(kept -> kept.now).toList();
    }

    @Nullable
    Group group(int groupId) {
        Kept<Group> kept = groups.get(groupId);
        return kept == null ? null : kept.now;
    }

    @Nullable
    Group group(String name) {
        Integer id = groupIds.get(name);
        return id == null ? null : group(id);
    }

    void add(Transaction tx, Group group) {
        groups.put(group.id, new Kept<>(group));
        groupIds.put(group.name, group.id);
        GroupTable.insertName(tx, group.name, group.id);
        group.touch();
    }

    void remove(Transaction tx, Group group) {
        Kept<Group> kept = groups.remove(group.id);
        groupIds.remove(group.name);
        GroupTable.deleteName(tx, group.name);
        if (kept != null && kept.stored != null) {
            tx.deleteKnown(Space.STATE, GroupTable.key(group.id), kept.stored);
        }
    }

    /** Puts all changed rows into the transaction. May be called more than once in an entry. */
    void writeTo(Transaction tx) {
        if (facts.changed || facts.stored == null) {
            write(tx, MetaTable.factsKey(), facts, MetaTable.encode(facts.now));
        }
        for (Kept<SourceState> kept : sources.values()) {
            if (kept.changed) {
                write(tx, SourceTable.key(kept.now.streamId()), kept, SourceTable.encode(kept.now));
            }
        }
        for (Kept<StreamState> kept : streams.values()) {
            if (kept.changed) {
                write(tx, StreamTable.key(kept.now.id()), kept, StreamTable.encode(kept.now));
            }
        }
        for (Kept<Group> kept : groups.values()) {
            if (kept.now.isChanged()) {
                settleFloor(tx, kept.now);
                write(tx, GroupTable.key(kept.now.id), kept, GroupTable.encode(kept.now.toRow()));
                kept.now.written();
            }
        }
    }

    private static void write(Transaction tx, byte[] key, Kept<?> kept, byte[] value) {
        if (kept.stored == null) {
            tx.insert(Space.STATE, key, value);
        } else {
            tx.updateKnown(Space.STATE, key, kept.stored, value);
        }
        kept.stored = value;
        kept.changed = false;
    }

    /** One seek per group and entry, and only if the lowest message left: it walks each tombstone once. */
    static void settleFloor(Transaction tx, Group group) {
        long unparked = Math.min(group.scan, group.parked.lowestOffset());
        if (group.unsettledInLog() == 0) {
            group.settled(unparked);
        } else if (group.isFloorMoved()) {
            try (Cursor cursor =
                    tx.cursor(Space.STATE, UnsettledTable.range(group.id, group.generation, group.floor))) {
                group.settled(Math.min(
                        unparked,
                        cursor.isValid() ? UnsettledTable.at(cursor).message().offset() : group.scan));
            }
        }
    }
}
