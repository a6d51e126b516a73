package dev.penstock.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Released rows, read by this version: each gives the values that were recorded. That they are written so: GoldenMachineTest. */
class GoldenRowsTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final long CHAIN_1 = 0xe1ee7780865f2b73L;
    private static final long CHAIN_2 = 0xd9c7080931ed1c56L;
    private static final long ROUTE = 9_000_009;
    private static final long DIGEST = 8368378374357698872L;

    private final InMemoryStore store = released();

    private static InMemoryStore released() {
        Changes changes = new Changes();
        for (String line : GoldenFile.lines("rows-v1.txt", () -> List.of())) {
            String[] words = line.split(" ", 4);
            changes.put(Space.valueOf(words[0]), HEX.parseHex(words[1]), HEX.parseHex(words[3]));
        }
        InMemoryStore store = new InMemoryStore();
        store.write(changes);
        return store;
    }

    private <T> List<T> walk(KeyRange range, Function<Cursor, T> at) {
        List<T> rows = new ArrayList<>();
        try (Cursor cursor = store.cursor(Space.STATE, range)) {
            for (; cursor.isValid(); cursor.next()) {
                rows.add(at.apply(cursor));
            }
        }
        return rows;
    }

    @Test
    void shouldReadProgressAndFacts() {
        assertThat(MetaTable.progress(store)).isEqualTo(new MetaTable.Progress(2, 42, DIGEST, 3160));
        assertThat(MetaTable.facts(MetaTable.storedFacts(store))).isEqualTo(new MetaTable.Facts(2760, 1, 3, 4));
    }

    @Test
    void shouldReadSourcesAndStreams() {
        assertThat(SourceTable.all(store))
                .containsExactly(
                        new SourceState(
                                "main",
                                1,
                                "shop",
                                "slot",
                                "pub",
                                Phase.READY,
                                1,
                                new SourcePosition(1, new Lsn(120), 19),
                                true,
                                new Lsn(400),
                                "7",
                                1,
                                new Lsn(5),
                                ""),
                        new SourceState(
                                "audit",
                                2,
                                "shop",
                                "audit_slot_2",
                                "audit_pub",
                                Phase.STOPPED,
                                2,
                                new SourcePosition(1, new Lsn(60), 2),
                                true,
                                new Lsn(70),
                                "7",
                                2,
                                new Lsn(70),
                                "slot_missing"));
        assertThat(StreamTable.all(store))
                .containsExactly(
                        new StreamState(1, "main", 0, 25, 755, CHAIN_1, Retention.UNLIMITED),
                        new StreamState(2, "audit", 3, 3, 0, CHAIN_2, new Retention(0, 1, 0)));
    }

    @Test
    void shouldReadBatchesAndTheirSideRecords() {
        long micros = 1_700_000_000_000_000L;
        List<BatchFacts> first = walk(BatchFacts.range(1, 0), BatchFacts::at);
        List<BatchFacts> second = walk(BatchFacts.range(2, 0), BatchFacts::at);

        assertThat(first)
                .containsExactly(
                        new BatchFacts(0, 5, 263, 1000, 5000, micros + 100, 0xe47d1ddc07d6411bL, List.of()),
                        new BatchFacts(5, 20, 492, 1250, 5000, micros + 120, CHAIN_1, List.of()));
        assertThat(second).as("trimmed").isEmpty();
        byte[] batch = first.get(1).withBatch(store, 1).encoded();
        assertThat(batch).hasSize(492);
        assertThat(BatchCodec.decode(batch).header().last()).isEqualTo(new SourcePosition(1, new Lsn(120), 19));
    }

    @Test
    void shouldReadGroups() {
        GroupConfig rich = new GroupConfig(
                60_000,
                10,
                GroupConfig.Ordering.KEY,
                GroupConfig.Mode.CHANGES,
                List.of("public.orders", "sales.*"),
                List.of("insert"),
                "record.amount > 100",
                900,
                20_000);

        assertThat(GroupTable.all(store))
                .containsExactly(
                        new GroupTable.Row(
                                new GroupState(
                                        1,
                                        "jobs",
                                        1,
                                        20,
                                        11,
                                        4,
                                        7,
                                        3,
                                        0,
                                        0,
                                        0,
                                        5000,
                                        GroupConfig.defaults(),
                                        new StartPosition.Earliest(),
                                        false,
                                        5000),
                                4),
                        new GroupTable.Row(
                                new GroupState(
                                        2,
                                        "by-key",
                                        1,
                                        26,
                                        36,
                                        0,
                                        6,
                                        2,
                                        1,
                                        1,
                                        1,
                                        5000,
                                        rich,
                                        new StartPosition.Latest(),
                                        true,
                                        5000),
                                0));
        assertThat(TagTable.get(store, 1)).isEmpty();
        assertThat(TagTable.get(store, 2)).containsExactly(Map.entry("team", "payments"));
        assertThat(GroupTable.idOf(store, "jobs")).hasValue(1);
        assertThat(GroupTable.idOf(store, "by-key")).hasValue(2);
        assertThat(GroupTable.idOf(store, "gone")).isEmpty();
    }

    private static UnsettledMessage message(
            long offset, State state, LeaseRef lease, long due, int deliveries, long hash, long oldHash) {
        return message(offset, state, lease, due, deliveries, new KeyOrder(hash, oldHash, ROUTE));
    }

    private static UnsettledMessage message(
            long offset, State state, LeaseRef lease, long due, int deliveries, KeyOrder order) {
        return new UnsettledMessage(offset, state, lease, due, deliveries, 5000, order);
    }

    private List<UnsettledMessage> unsettled(int groupId, long generation) {
        return walk(
                UnsettledTable.range(groupId, generation, 0),
                cursor -> UnsettledTable.at(cursor).message());
    }

    @Test
    void shouldReadUnsettledMessages() {
        assertThat(unsettled(1, 11))
                .containsExactly(
                        message(3, State.LEASED, new LeaseRef(3, 19, 0), 3160, 2, KeyOrder.NONE),
                        message(4, State.LEASED, new LeaseRef(4, 12, 4), 6260, 1, KeyOrder.NONE),
                        message(5, State.LEASED, new LeaseRef(5, 19, 1), 3160, 1, KeyOrder.NONE));
        assertThat(unsettled(1, 20))
                .containsExactly(
                        message(4, State.LEASED, new LeaseRef(4, 22, 0), 3760, 1, KeyOrder.NONE),
                        message(5, State.LEASED, new LeaseRef(5, 22, 1), 3760, 1, KeyOrder.NONE),
                        message(6, State.LEASED, new LeaseRef(6, 22, 2), 3760, 1, KeyOrder.NONE));
        assertThat(unsettled(2, 26))
                .containsExactly(
                        message(0, State.READY, new LeaseRef(0, 27, 0), 0, 1, 1, 0),
                        message(1, State.LEASED, new LeaseRef(1, 27, 1), 4760, 1, 2, 1),
                        message(2, State.DELAYED, new LeaseRef(2, 27, 2), 62_760, 1, 0, 0),
                        message(3, State.LEASED, new LeaseRef(3, 27, 3), 4760, 1, -3, 0));
    }

    @Test
    void shouldReadIndexRows() {
        assertThat(walk(DueTable.range(0), DueTable::at))
                .containsExactly(
                        new DueTable.Due(3160, 1, 11, 3),
                        new DueTable.Due(3160, 1, 11, 5),
                        new DueTable.Due(3760, 1, 20, 4),
                        new DueTable.Due(3760, 1, 20, 5),
                        new DueTable.Due(3760, 1, 20, 6),
                        new DueTable.Due(4760, 2, 26, 1),
                        new DueTable.Due(4760, 2, 26, 3),
                        new DueTable.Due(6260, 1, 11, 4),
                        new DueTable.Due(62_760, 2, 26, 2));
        assertThat(walk(ReadyTable.range(2, 26, 0), ReadyTable::offsetAt)).containsExactly(0L);
        assertThat(walk(KeyTable.range(2, 26), cursor -> KeyTable.keyHashAt(cursor) + " " + KeyTable.offsetAt(cursor)))
                .containsExactly("1 0", "1 1", "2 1", "-3 3");
        assertThat(walk(ParkedTable.range(2, 26), ParkedTable::at)).containsExactly(new ParkedKey(2, 4, ROUTE));
        SweepTable.Dead dead = SweepTable.first(store);
        assertThat(dead).isNotNull();
        assertThat(List.of((long) dead.groupId(), dead.generation(), dead.fromOffset()))
                .containsExactly(1L, 11L, 3L);
    }

    /** The digests are part of the format: nodes of different versions compare them. */
    @Test
    void shouldComputeTheReleasedDigests() {
        assertThat(StateDigest.recompute(store)).isEqualTo(DIGEST);

        long chain = StreamChain.EMPTY;
        for (BatchFacts facts : walk(BatchFacts.range(1, 0), BatchFacts::at)) {
            byte[] batch = facts.withBatch(store, 1).encoded();
            chain = StreamChain.next(chain, facts.baseOffset(), BatchCodec.checksum(batch));
            assertThat(chain).isEqualTo(facts.chain());
        }
        assertThat(chain).isEqualTo(CHAIN_1);
    }

    @Test
    void shouldReadTheReleasedManifest() throws NoSuchAlgorithmException {
        byte[] bytes = HEX.parseHex(
                GoldenFile.lines("manifest-v1.txt", () -> List.of()).get(0));

        RangeManifest manifest = RangeManifest.decode(bytes);

        assertThat(manifest)
                .isEqualTo(new RangeManifest(
                        2,
                        42,
                        DIGEST,
                        1,
                        List.of(
                                new RangeManifest.StreamRanges(
                                        1,
                                        0,
                                        25,
                                        CHAIN_1,
                                        List.of(new RangeManifest.Range(0, 25, 2, 755, sha256(1, 0, 5)))),
                                new RangeManifest.StreamRanges(2, 3, 3, CHAIN_2, List.of()))));
        assertThat(manifest.encode()).isEqualTo(bytes);
    }

    private String sha256(int streamId, long... baseOffsets) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (long base : baseOffsets) {
            byte[] batch = LogTable.get(store, streamId, base);
            assertThat(batch).isNotNull();
            digest.update(HEX.parseHex(HEX.toHexDigits(base) + HEX.toHexDigits(batch.length)));
            digest.update(batch);
        }
        return HEX.formatHex(digest.digest());
    }
}
