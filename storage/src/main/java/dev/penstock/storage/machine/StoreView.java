package dev.penstock.storage.machine;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.ReadView;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.ApiKeyState;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.ApiKeyTable;
import dev.penstock.storage.table.BatchFacts;
import dev.penstock.storage.table.DeadLetterTable;
import dev.penstock.storage.table.DyingTable;
import dev.penstock.storage.table.GroupTable;
import dev.penstock.storage.table.KeyTable;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.ParkedTable;
import dev.penstock.storage.table.ReadyTable;
import dev.penstock.storage.table.SourceTable;
import dev.penstock.storage.table.StreamTable;
import dev.penstock.storage.table.SweepTable;
import dev.penstock.storage.table.TagTable;
import dev.penstock.storage.table.UnsettledTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.function.Predicate;

/** The tables as seen by readers, over one view of the store. One thread. */
final class StoreView implements MachineView {

    private final ReadView view;
    private final MetaTable.Progress progress;

    private StoreView(ReadView view, MetaTable.Progress progress) {
        this.view = view;
        this.progress = progress;
    }

    static StoreView open(KeyValueStore store) {
        ReadView view = store.openView();
        try {
            return new StoreView(view, MetaTable.progress(view));
        } catch (RuntimeException e) {
            view.close();
            throw e;
        }
    }

    @Override
    public long appliedIndex() {
        return progress.index();
    }

    @Override
    public long appliedTerm() {
        return progress.term();
    }

    @Override
    public long clockMillis() {
        return facts().clockMillis();
    }

    @Override
    public int featureLevel() {
        return facts().featureLevel();
    }

    @Override
    public long stateDigest() {
        return progress.digest();
    }

    @Override
    public List<SourceState> sources() {
        return SourceTable.all(view);
    }

    @Override
    public Optional<SourceState> source(String name) {
        return sources().stream().filter(source -> source.name().equals(name)).findFirst();
    }

    @Override
    public List<StreamState> streams() {
        return allStreams().stream().filter(stream -> !stream.isInternal()).toList();
    }

    @Override
    public List<StreamState> allStreams() {
        return StreamTable.all(view);
    }

    @Override
    public Optional<StreamState> stream(int streamId) {
        return StreamTable.get(view, streamId);
    }

    @Override
    public Optional<StreamState> stream(String name) {
        return streams().stream().filter(stream -> stream.name().equals(name)).findFirst();
    }

    @Override
    public List<GroupState> groups() {
        return GroupTable.all(view).stream().map(GroupTable.Row::state).toList();
    }

    @Override
    public Optional<GroupState> group(String name) {
        return GroupTable.idOf(view, name).stream().boxed().findFirst().flatMap(this::group);
    }

    @Override
    public Optional<GroupState> group(int groupId) {
        return GroupTable.get(view, groupId).map(GroupTable.Row::state);
    }

    @Override
    public SortedMap<String, String> tags(GroupState group) {
        return TagTable.get(view, group.id());
    }

    @Override
    public List<ApiKeyState> apiKeys() {
        return ApiKeyTable.all(view);
    }

    @Override
    public long floor(GroupState group) {
        return GroupTable.get(view, group.id())
                .filter(row -> row.state().generation() == group.generation())
                .map(GroupTable.Row::floor)
                .orElse(group.scan());
    }

    @Override
    public List<UnsettledMessage> ready(GroupState group, long fromOffset, int limit) {
        List<UnsettledMessage> found = new ArrayList<>();
        if (group.ready() == 0 || limit <= 0) {
            return found;
        }
        // No row lies below the floor, only tombstones of what was settled.
        long from = Math.max(fromOffset, floor(group));
        try (Cursor cursor = view.cursor(Space.STATE, ReadyTable.range(group.id(), group.generation(), from))) {
            for (; cursor.isValid() && found.size() < limit; cursor.next()) {
                found.add(unsettled(group, ReadyTable.offsetAt(cursor)).orElseThrow());
            }
        }
        return found;
    }

    @Override
    public Optional<UnsettledMessage> unsettled(GroupState group, long offset) {
        if (offset < 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(UnsettledTable.get(view, group.id(), group.generation(), offset))
                .map(UnsettledTable.Stored::message);
    }

    @Override
    public List<Long> unsettledOfKey(GroupState group, long key, long fromOffset, long below, int limit) {
        List<Long> found = new ArrayList<>();
        long from = Math.max(fromOffset, floor(group));
        if (group.unsettledRows() == 0 || from >= below) {
            return found;
        }
        try (Cursor cursor =
                view.cursor(Space.STATE, KeyTable.range(group.id(), group.generation(), key, from, below))) {
            for (; cursor.isValid() && found.size() < limit; cursor.next()) {
                found.add(KeyTable.offsetAt(cursor));
            }
        }
        return found;
    }

    @Override
    public List<ParkedKey> parked(GroupState group) {
        List<ParkedKey> found = new ArrayList<>();
        if (group.parked() > 0) {
            try (Cursor cursor = view.cursor(Space.STATE, ParkedTable.range(group.id(), group.generation()))) {
                for (; cursor.isValid(); cursor.next()) {
                    found.add(ParkedTable.at(cursor));
                }
            }
        }
        return found;
    }

    @Override
    public List<UnsettledMessage> unsettled(
            GroupState group, long fromOffset, int limit, Predicate<UnsettledMessage> test) {
        List<UnsettledMessage> found = new ArrayList<>();
        if (group.unsettledRows() == 0 || limit <= 0) {
            return found;
        }
        long from = Math.max(fromOffset, floor(group));
        try (Cursor cursor = view.cursor(Space.STATE, UnsettledTable.range(group.id(), group.generation(), from))) {
            for (; cursor.isValid() && found.size() < limit; cursor.next()) {
                UnsettledMessage message = UnsettledTable.at(cursor).message();
                if (test.test(message)) {
                    found.add(message);
                }
            }
        }
        return found;
    }

    @Override
    public List<DeadLetter> deadLetters(GroupState group, long fromLetter, int limit) {
        return group.deadLetters() > 0 ? letters(group, DeadLetter.Place.KEPT, fromLetter, limit) : List.of();
    }

    @Override
    public List<DeadLetter> amongMessages(GroupState group, long fromLetter, int limit) {
        return group.aside() > 0 ? letters(group, DeadLetter.Place.PUT_BACK, fromLetter, limit) : List.of();
    }

    private List<DeadLetter> letters(GroupState group, DeadLetter.Place place, long fromLetter, int limit) {
        List<DeadLetter> found = new ArrayList<>();
        try (Cursor cursor = view.cursor(Space.STATE, DeadLetterTable.range(group.id(), place, fromLetter))) {
            for (; cursor.isValid() && found.size() < limit; cursor.next()) {
                found.add(DeadLetterTable.at(cursor).letter());
            }
        }
        return found;
    }

    @Override
    public Optional<DeadLetter> deadLetter(GroupState group, long letter) {
        DeadLetterTable.Stored stored = DeadLetterTable.get(view, group.id(), DeadLetter.Place.PUT_BACK, letter);
        if (stored == null) {
            stored = DeadLetterTable.get(view, group.id(), DeadLetter.Place.KEPT, letter);
        }
        return Optional.ofNullable(stored).map(DeadLetterTable.Stored::letter);
    }

    @Override
    public OptionalLong lowestDying(int streamId) {
        return groups().stream()
                .filter(group -> group.streamId() == streamId && group.dying() > 0)
                .flatMapToLong(group -> DyingTable.lowest(view, group.id(), group.generation()).stream())
                .min();
    }

    @Override
    public List<DyingTable.Dying> dying(int limit) {
        return dying(DyingTable.range(), limit);
    }

    @Override
    public List<DyingTable.Dying> dyingAfter(DyingTable.Dying last, int limit) {
        return dying(DyingTable.after(last), limit);
    }

    private List<DyingTable.Dying> dying(KeyRange range, int limit) {
        List<DyingTable.Dying> found = new ArrayList<>();
        try (Cursor cursor = view.cursor(Space.STATE, range)) {
            for (; cursor.isValid() && found.size() < limit; cursor.next()) {
                found.add(DyingTable.at(cursor));
            }
        }
        return found;
    }

    @Override
    public long nextDueMillis() {
        return progress.nextDueMillis();
    }

    @Override
    public boolean sweepNeeded() {
        return SweepTable.first(view) != null;
    }

    @Override
    public boolean trimNeeded(int streamId, long clockMillis) {
        StreamState stream = stream(streamId).orElse(null);
        if (stream == null || stream.retention().isUnlimited()) {
            return false;
        }
        long held = GroupTable.all(view).stream()
                .filter(row -> row.state().streamId() == streamId
                        && row.state().config().hold())
                .mapToLong(GroupTable.Row::floor)
                .min()
                .orElse(Long.MAX_VALUE);
        TrimRule.Kept kept = new TrimRule.Kept(held, lowestDying(streamId).orElse(Long.MAX_VALUE));
        return !TrimRule.due(view, stream, kept, clockMillis, 1).isEmpty();
    }

    @Override
    public Optional<StoredBatch> batchAt(int streamId, long offset) {
        StreamState stream = stream(streamId).orElse(null);
        if (stream == null || offset < stream.earliest() || offset >= stream.end()) {
            return Optional.empty();
        }
        return BatchFacts.floor(view, streamId, offset)
                .filter(facts -> offset < facts.endOffset())
                .map(facts -> facts.withBatch(view, streamId));
    }

    @Override
    public void close() {
        view.close();
    }

    private MetaTable.Facts facts() {
        return MetaTable.facts(MetaTable.storedFacts(view));
    }
}
