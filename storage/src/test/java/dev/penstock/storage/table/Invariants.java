package dev.penstock.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** What must hold of the rows after every entry, whatever the commands were. */
public final class Invariants {

    private record Generation(int group, long generation) {}

    private record ParkedSummary(long keys, long lowest) {}

    private record Place(int group, long generation, long offset) {}

    private final KeyReader reader;
    private final Map<Generation, GroupTable.Row> live = new HashMap<>();
    private final Map<Generation, Map<State, Long>> counts = new HashMap<>();
    private final Map<Generation, Long> lowest = new HashMap<>();
    private final Map<Generation, ParkedSummary> parked = new HashMap<>();
    private final Set<Generation> dead = new HashSet<>();
    private final Set<Place> ready = new HashSet<>();
    private final Set<DueTable.Due> due = new HashSet<>();
    private final Set<DyingTable.Dying> dying = new HashSet<>();
    /** Letters of messages that were put back, by group. */
    private final Set<Place> putBack = new HashSet<>();

    private final Map<Generation, Long> aside = new HashMap<>();
    private final Set<String> keys = new HashSet<>();

    private Invariants(KeyReader reader) {
        this.reader = reader;
    }

    /** Groups, messages and their index rows; ends of streams. */
    public static void check(KeyReader reader) {
        Invariants invariants = new Invariants(reader);
        invariants.groups();
        invariants.tags();
        invariants.messages();
        invariants.indexRows();
        invariants.deadLetters();
        for (StreamState stream : StreamTable.all(reader)) {
            invariants.endOf(stream);
        }
    }

    /** The whole of every stream, and the digest. */
    public static void checkAll(KeyReader reader) {
        check(reader);
        for (StreamState stream : StreamTable.all(reader)) {
            wholeOf(reader, stream);
        }
        assertThat(MetaTable.progress(reader).digest()).as("state digest").isEqualTo(StateDigest.recompute(reader));
    }

    private static KeyRange table(int table) {
        return KeyRange.prefix(RowKey.of(table));
    }

    /** Cheaper than a fluent assertion, which counts at a million rows. */
    private static void require(boolean holds, String what, Object subject) {
        if (!holds) {
            throw new AssertionError("expected: " + what + ", but it is not so of " + subject);
        }
    }

    private void groups() {
        for (GroupTable.Row row : GroupTable.all(reader)) {
            GroupState group = row.state();
            live.put(new Generation(group.id(), group.generation()), row);
            StreamState stream = StreamTable.get(reader, group.streamId()).orElseThrow();
            // Below the log's start only by what is leased or delayed, or by what waits behind a key.
            assertThat(row.floor()).as("floor of " + group.name()).isLessThanOrEqualTo(group.scan());
            assertThat(group.scan()).as("scan of " + group.name()).isBetween(stream.earliest(), stream.end());
            assertThat(GroupTable.idOf(reader, group.name())).as("name row").hasValue(group.id());
        }
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.SWEEP))) {
            for (; cursor.isValid(); cursor.next()) {
                dead.add(new Generation(RowKey.intAt(cursor.key(), 1), RowKey.longAt(cursor.key(), 5)));
            }
        }
    }

    private void tags() {
        Set<Integer> groups = new HashSet<>();
        live.values().forEach(row -> groups.add(row.state().id()));
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.TAGS))) {
            for (; cursor.isValid(); cursor.next()) {
                int group = RowKey.intAt(cursor.key(), 1);
                require(groups.contains(group), "tags are of a live group", group);
                require(!TagTable.get(reader, group).isEmpty(), "a row of tags has some", group);
            }
        }
    }

    private void messages() {
        Set<LeaseRef> leases = new HashSet<>();
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.UNSETTLED))) {
            for (; cursor.isValid(); cursor.next()) {
                Generation generation = new Generation(RowKey.intAt(cursor.key(), 1), RowKey.longAt(cursor.key(), 5));
                UnsettledMessage message = UnsettledTable.at(cursor).message();
                require(
                        live.containsKey(generation) || dead.contains(generation),
                        "generation of a message is live or to be swept",
                        message);
                require(
                        leases.add(new LeaseRef(
                                0, message.lease().leaseIndex(), message.lease().leaseOrdinal())),
                        "lease is of one message only",
                        message);
                count(generation, message);
                expect(generation, message);
            }
        }
        parkedKeys();
        live.forEach(this::countersOf);
    }

    private void parkedKeys() {
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.PARKED))) {
            for (; cursor.isValid(); cursor.next()) {
                Generation generation = new Generation(RowKey.intAt(cursor.key(), 1), RowKey.longAt(cursor.key(), 5));
                ParkedKey key = ParkedTable.at(cursor);
                GroupTable.Row row = live.get(generation);
                require(row != null || dead.contains(generation), "generation of a parked key is known", key);
                require(row == null || key.offset() < row.state().scan(), "a parked key waits below the scan", key);
                parked.merge(
                        generation,
                        new ParkedSummary(1, key.offset()),
                        (a, b) -> new ParkedSummary(a.keys + b.keys, Math.min(a.lowest, b.lowest)));
            }
        }
    }

    private void count(Generation generation, UnsettledMessage message) {
        counts.computeIfAbsent(generation, g -> new EnumMap<>(State.class)).merge(message.state(), 1L, Long::sum);
        GroupTable.Row row = live.get(generation);
        if (AsideOffset.isAside(message.offset())) {
            aside.merge(generation, 1L, Long::sum);
            require(
                    putBack.add(new Place(generation.group, 0, AsideOffset.letter(message.offset()))),
                    "a dead letter is put back once",
                    message);
            return;
        }
        lowest.merge(generation, message.offset(), Math::min);
        if (row != null) {
            require(message.offset() < row.state().scan(), "offset below scan", message);
            StreamState stream = StreamTable.get(reader, row.state().streamId()).orElseThrow();
            require(
                    message.offset() >= stream.earliest() || message.state() != State.READY,
                    "what can be delivered has its event",
                    message);
        }
    }

    private void expect(Generation g, UnsettledMessage message) {
        if (message.state() == State.READY) {
            require(message.dueMillis() == 0, "a ready message is not due", message);
            ready.add(new Place(g.group, g.generation, message.offset()));
        } else if (message.state() == State.DYING) {
            require(message.dueMillis() == 0, "a dying message is not due", message);
            require(!AsideOffset.isAside(message.offset()), "a dying message is of the log", message);
            dying.add(new DyingTable.Dying(g.group, g.generation, message.offset()));
        } else {
            due.add(new DueTable.Due(message.dueMillis(), g.group, g.generation, message.offset()));
        }
        for (long hash : new long[] {message.order().key(), message.order().oldKey()}) {
            if (hash != 0) {
                keys.add(HexFormat.of().formatHex(KeyTable.key(g.group, g.generation, hash, message.offset())));
            }
        }
    }

    private void countersOf(Generation generation, GroupTable.Row row) {
        Map<State, Long> seen = counts.getOrDefault(generation, Map.of());
        GroupState group = row.state();
        assertThat(group.leased()).as("leased").isEqualTo(seen.getOrDefault(State.LEASED, 0L));
        assertThat(group.delayed()).as("delayed").isEqualTo(seen.getOrDefault(State.DELAYED, 0L));
        assertThat(group.ready()).as("ready").isEqualTo(seen.getOrDefault(State.READY, 0L));
        assertThat(group.dying()).as("dying").isEqualTo(seen.getOrDefault(State.DYING, 0L));
        assertThat(group.aside()).as("aside").isEqualTo(aside.getOrDefault(generation, 0L));
        ParkedSummary waiting = parked.getOrDefault(generation, new ParkedSummary(0, group.scan()));
        assertThat(group.parked()).as("parked keys").isEqualTo(waiting.keys);
        assertThat(row.floor())
                .as("floor")
                .isEqualTo(Math.min(waiting.lowest, lowest.getOrDefault(generation, group.scan())));
    }

    /** Each message has exactly its index rows, and there are no others. */
    private void indexRows() {
        long next = Long.MAX_VALUE;
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.DUE))) {
            for (; cursor.isValid(); cursor.next()) {
                DueTable.Due row = DueTable.at(cursor);
                require(due.remove(row), "due row has its message", row);
                next = Math.min(next, row.dueMillis());
            }
        }
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.READY))) {
            for (; cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                Place place = new Place(RowKey.intAt(key, 1), RowKey.longAt(key, 5), RowKey.longAt(key, 13));
                require(ready.remove(place), "ready row has its message", place);
            }
        }
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.KEY))) {
            for (; cursor.isValid(); cursor.next()) {
                String key = HexFormat.of().formatHex(cursor.key());
                require(keys.remove(key), "key row has its message", key);
            }
        }
        try (Cursor cursor = reader.cursor(Space.STATE, DyingTable.range())) {
            for (; cursor.isValid(); cursor.next()) {
                require(dying.remove(DyingTable.at(cursor)), "dying row has its message", DyingTable.at(cursor));
            }
        }
        assertThat(dying).as("messages without a dying row").isEmpty();
        assertThat(due).as("messages without a due row").isEmpty();
        assertThat(ready).as("messages without a ready row").isEmpty();
        assertThat(keys).as("messages without a key row").isEmpty();
        assertThat(MetaTable.progress(reader).nextDueMillis()).as("next due").isEqualTo(next);
    }

    /** Each dead letter has its payload, and there are no others; each that was put back has its message. */
    private void deadLetters() {
        Map<Integer, Long> kept = new HashMap<>();
        Set<Place> payloads = new HashSet<>();
        Set<Integer> groups = new HashSet<>();
        live.keySet().forEach(generation -> groups.add(generation.group));
        try (Cursor cursor = reader.cursor(Space.STATE, table(RowKey.DEAD_LETTER))) {
            for (; cursor.isValid(); cursor.next()) {
                DeadLetter letter = DeadLetterTable.at(cursor).letter();
                int group = RowKey.intAt(cursor.key(), 1);
                boolean isKept = cursor.key()[5] == DeadLetter.Place.KEPT.code();
                require(
                        isKept
                                ? groups.contains(group) || dead.contains(new Generation(group, 0))
                                : putBack.remove(new Place(group, 0, letter.letter())),
                        "a dead letter is kept by its group, or has its message",
                        letter);
                kept.merge(group, isKept ? 1L : 0L, Long::sum);
                require(
                        payloads.add(new Place(letter.streamId(), 0, letter.letter())),
                        "a payload is of one dead letter only",
                        letter);
            }
        }
        assertThat(putBack).as("messages put back without their letter").isEmpty();
        live.forEach((generation, row) -> assertThat(row.state().deadLetters())
                .as("dead letters")
                .isEqualTo(kept.getOrDefault(generation.group, 0L)));
        for (StreamState stream : StreamTable.all(reader)) {
            if (stream.isInternal()) {
                payloadsOf(stream, payloads);
            }
        }
        assertThat(payloads).as("dead letters without a payload").isEmpty();
    }

    private void payloadsOf(StreamState stream, Set<Place> payloads) {
        long bytes = 0;
        try (Cursor cursor = reader.cursor(Space.STATE, BatchFacts.range(stream.id(), 0))) {
            for (; cursor.isValid(); cursor.next()) {
                BatchFacts facts = BatchFacts.at(cursor);
                byte[] batch = LogTable.get(reader, stream.id(), facts.baseOffset());
                require(batch != null && batch.length == facts.batchBytes(), "a payload is whole", facts);
                require(facts.eventCount() == 1 && facts.endOffset() <= stream.end(), "a payload is one event", facts);
                require(
                        payloads.remove(new Place(stream.id(), 0, facts.baseOffset())),
                        "a payload has its dead letter",
                        facts);
                bytes += facts.batchBytes();
            }
        }
        assertThat(stream.bytes()).as("bytes of " + stream.name()).isEqualTo(bytes);
    }

    private void endOf(StreamState stream) {
        if (stream.isInternal()) {
            return;
        }
        long end = BatchFacts.floor(reader, stream.id(), Long.MAX_VALUE)
                .map(BatchFacts::endOffset)
                .orElse(stream.earliest());
        assertThat(end).as("end of stream " + stream.name()).isEqualTo(stream.end());
    }

    private static void wholeOf(KeyReader reader, StreamState stream) {
        if (stream.isInternal()) {
            return;
        }
        long next = stream.earliest();
        long bytes = 0;
        // What was trimmed before the first batch is known by that batch's side record only.
        boolean isWhole = next == 0;
        long chain = StreamChain.EMPTY;
        long maxMicros = Long.MIN_VALUE;
        try (Cursor cursor = reader.cursor(Space.STATE, BatchFacts.range(stream.id(), 0))) {
            for (; cursor.isValid(); cursor.next()) {
                BatchFacts facts = BatchFacts.at(cursor);
                byte[] batch = LogTable.get(reader, stream.id(), facts.baseOffset());
                assertThat(facts.baseOffset()).as("offsets are dense").isEqualTo(next);
                assertThat(batch).as("batch at " + next).isNotNull().hasSize(facts.batchBytes());
                if (batch != null) {
                    maxMicros = Math.max(
                            maxMicros, BatchCodec.verify(batch).header().maxCommitMicros());
                    chain = StreamChain.next(chain, next, BatchCodec.checksum(batch));
                }
                if (!isWhole) {
                    assertThat(facts.maxCommitMicros())
                            .as("running commit time")
                            .isGreaterThanOrEqualTo(maxMicros);
                    maxMicros = facts.maxCommitMicros();
                    chain = facts.chain();
                    isWhole = true;
                }
                assertThat(facts.maxCommitMicros()).as("running commit time").isEqualTo(maxMicros);
                assertThat(facts.chain()).as("chain at " + next).isEqualTo(chain);
                next = facts.endOffset();
                bytes += facts.batchBytes();
            }
        }
        assertThat(stream.end()).isEqualTo(next);
        assertThat(stream.bytes()).isEqualTo(bytes);
        assertThat(isWhole ? stream.chain() : chain).isEqualTo(chain);
    }
}
