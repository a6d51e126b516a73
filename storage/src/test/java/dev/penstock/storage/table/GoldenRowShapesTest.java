package dev.penstock.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Losses;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Row values that the recorded log does not leave behind: other phases, starts and flags, numbers at their ends. */
class GoldenRowShapesTest {

    private static final HexFormat HEX = HexFormat.of();

    private static final SourceState INTENT = new SourceState(
            "ä",
            7,
            "",
            "slot",
            "pub",
            Phase.INTENT,
            Integer.MAX_VALUE,
            SourcePosition.ORIGIN,
            false,
            new Lsn(-1),
            "",
            Integer.MIN_VALUE,
            Lsn.ZERO,
            "");

    private static final GroupState GROUP = new GroupState(
            9,
            "Gruppe ä",
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            127,
            128,
            16_384,
            1,
            2,
            3,
            4,
            -1,
            new GroupConfig(
                    0,
                    -1,
                    GroupConfig.Ordering.KEY,
                    GroupConfig.Mode.ROWS,
                    List.of(),
                    List.of("gap"),
                    "日本",
                    Long.MAX_VALUE,
                    -1,
                    true,
                    Optional.of(new QueueConfig(Integer.MIN_VALUE, Long.MAX_VALUE, true)),
                    "tot"),
            new StartPosition.AtOffset(300),
            true,
            Long.MIN_VALUE,
            new Losses(Long.MAX_VALUE, -1),
            5,
            Long.MAX_VALUE,
            128);

    private static final TreeMap<String, String> TAGS = new TreeMap<>(Map.of("ä", "", "b", "日本"));

    private static final UnsettledMessage ONLY_OLD_HASH = new UnsettledMessage(
            5, State.READY, new LeaseRef(5, Long.MAX_VALUE, 3), 0, 1, -7, new KeyOrder(0, Long.MIN_VALUE, 0));

    private static final UnsettledMessage LONGEST = new UnsettledMessage(
            6,
            State.DELAYED,
            new LeaseRef(6, 1, Integer.MAX_VALUE),
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            new KeyOrder(-1, 1, Long.MAX_VALUE));

    private static final StreamState STREAM =
            new StreamState(7, "", 128, Long.MAX_VALUE, 1L << 40, -2, new Retention(1, Long.MAX_VALUE, 128));

    private static final BatchFacts FACTS = new BatchFacts(
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            127,
            -1,
            Long.MIN_VALUE,
            -5,
            Long.MAX_VALUE,
            List.of(0, 3, Integer.MAX_VALUE - 1));

    private static List<byte[]> keys() {
        return List.of(
                SourceTable.key(7),
                GroupTable.key(9),
                UnsettledTable.key(9, 10, 5),
                UnsettledTable.key(9, 10, 6),
                TagTable.key(9),
                StreamTable.key(7),
                BatchFacts.key(7, Long.MAX_VALUE),
                MetaTable.progressKey(),
                MetaTable.factsKey());
    }

    private static List<byte[]> values() {
        return List.of(
                SourceTable.encode(INTENT),
                GroupTable.encode(new GroupTable.Row(GROUP, 129)),
                UnsettledTable.encode(ONLY_OLD_HASH),
                UnsettledTable.encode(LONGEST),
                TagTable.encode(TAGS),
                StreamTable.encode(STREAM),
                FACTS.encode(),
                MetaTable.encode(MetaTable.Progress.NONE),
                MetaTable.encode(new MetaTable.Facts(-1, 65_535, Integer.MAX_VALUE, 1)));
    }

    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < keys().size(); i++) {
            lines.add(HEX.formatHex(keys().get(i)) + " = " + HEX.formatHex(values().get(i)));
        }
        return lines;
    }

    @Test
    void shouldWriteEveryShapeByteForByte() {
        GoldenFile.check("row-shapes-v1.txt", lines());
    }

    /** Once any byte but 1 was read as "no". */
    @Test
    void shouldRefuseASourceWhoseFlagIsNeitherYesNorNo() {
        byte[] value = SourceTable.encode(INTENT);
        int flagAt = HEX.formatHex(value).indexOf("00ffffffffffffffff") / 2;
        assertThat(value[flagAt]).isZero();
        value[flagAt] = 2;
        InMemoryStore store = new InMemoryStore();
        store.write(new Changes().put(Space.STATE, SourceTable.key(7), value));

        assertThatThrownBy(() -> SourceTable.all(store)).isInstanceOf(UnknownFormatException.class);
    }

    @Test
    void shouldReadEveryShape() {
        InMemoryStore store = new InMemoryStore();
        for (String line : GoldenFile.lines("row-shapes-v1.txt", GoldenRowShapesTest::lines)) {
            String[] words = line.split(" = ", 2);
            store.write(new Changes().put(Space.STATE, HEX.parseHex(words[0]), HEX.parseHex(words[1])));
        }

        assertThat(SourceTable.all(store)).containsExactly(INTENT);
        assertThat(GroupTable.all(store)).containsExactly(new GroupTable.Row(GROUP, 129));
        assertThat(TagTable.get(store, 9)).isEqualTo(TAGS);
        assertThat(StreamTable.all(store)).containsExactly(STREAM);
        assertThat(BatchFacts.floor(store, 7, Long.MAX_VALUE)).contains(FACTS);
        assertThat(MetaTable.progress(store)).isEqualTo(MetaTable.Progress.NONE);
        assertThat(MetaTable.facts(MetaTable.storedFacts(store)))
                .isEqualTo(new MetaTable.Facts(-1, 65_535, Integer.MAX_VALUE, 1));
        try (Cursor cursor = store.cursor(Space.STATE, UnsettledTable.range(9, 10, 0))) {
            assertThat(UnsettledTable.at(cursor).message()).isEqualTo(ONLY_OLD_HASH);
            cursor.next();
            assertThat(UnsettledTable.at(cursor).message()).isEqualTo(LONGEST);
        }
    }
}
