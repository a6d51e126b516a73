package dev.penstock.storage.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.kv.Transaction.Checks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store must do. Subclasses open one. */
public abstract class StoreContract {

    @TempDir
    protected Path directory;

    protected KeyValueStore store;

    protected abstract KeyValueStore open(Path where);

    protected abstract KeyValueStore openCheckpoint(Path where);

    @BeforeEach
    void openStore() {
        store = open(directory.resolve("store"));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    protected static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    protected static List<String> keys(KeyReader reader, Space space, KeyRange range) {
        List<String> keys = new ArrayList<>();
        try (Cursor cursor = reader.cursor(space, range)) {
            for (; cursor.isValid(); cursor.next()) {
                keys.add(HexFormat.of().formatHex(cursor.key()));
            }
        }
        return keys;
    }

    @Test
    void shouldKeepTheSpacesApart() {
        store.write(new Changes().put(Space.LOG, bytes(1), bytes(10)).put(Space.STATE, bytes(1), bytes(20)));

        assertThat(store.get(Space.LOG, bytes(1))).isEqualTo(bytes(10));
        assertThat(store.get(Space.STATE, bytes(1))).isEqualTo(bytes(20));
        assertThat(store.get(Space.STATE, bytes(2))).isNull();
    }

    @Test
    void shouldKeepEmptyAndLargeValues() {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);

        store.write(new Changes().put(Space.STATE, bytes(1), new byte[0]).put(Space.LOG, bytes(2), large));

        assertThat(store.get(Space.STATE, bytes(1))).isEmpty();
        assertThat(store.get(Space.LOG, bytes(2))).isEqualTo(large);
    }

    @Test
    void shouldWalkInUnsignedOrderWithinBounds() {
        store.write(new Changes()
                .put(Space.STATE, bytes(5, 0x80), bytes(1))
                .put(Space.STATE, bytes(5, 0x7f), bytes(1))
                .put(Space.STATE, bytes(5, 0xff, 0xff), bytes(1))
                .put(Space.STATE, bytes(6), bytes(1))
                .put(Space.STATE, bytes(4, 0xff), bytes(1)));

        assertThat(keys(store, Space.STATE, KeyRange.prefix(bytes(5)))).containsExactly("057f", "0580", "05ffff");
        assertThat(keys(store, Space.STATE, KeyRange.within(bytes(5), bytes(5, 0x80))))
                .containsExactly("0580", "05ffff");
        assertThat(keys(store, Space.LOG, KeyRange.prefix(bytes(5)))).isEmpty();
    }

    @Test
    void shouldFindTheFloor() {
        store.write(new Changes().put(Space.LOG, bytes(1, 5), bytes(1)).put(Space.LOG, bytes(1, 9), bytes(2)));

        assertThat(floor(store, bytes(1, 8), bytes(1, 0))).isEqualTo("0105");
        assertThat(floor(store, bytes(1, 9), bytes(1, 0))).isEqualTo("0109");
        assertThat(floor(store, bytes(1, 4), bytes(1, 0))).isEqualTo("none");
        assertThat(floor(store, bytes(2, 4), bytes(2, 0))).isEqualTo("none");
    }

    private static String floor(KeyReader reader, byte[] key, byte[] lowest) {
        KeyReader.@Nullable Row row = reader.floor(Space.LOG, key, lowest);
        return row == null ? "none" : HexFormat.of().formatHex(row.key());
    }

    @Test
    void shouldShowAViewWhatWasThereAtItsOpening() {
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(1)).put(Space.LOG, bytes(1), bytes(1)));
        try (ReadView view = store.openView()) {
            store.write(new Changes()
                    .put(Space.STATE, bytes(1), bytes(2))
                    .put(Space.STATE, bytes(2), bytes(2))
                    .delete(Space.LOG, bytes(1)));

            assertThat(view.get(Space.STATE, bytes(1))).isEqualTo(bytes(1));
            assertThat(view.get(Space.LOG, bytes(1))).isEqualTo(bytes(1));
            assertThat(keys(view, Space.STATE, new KeyRange(bytes(0), bytes(9))))
                    .containsExactly("01");
        }
        assertThat(store.get(Space.LOG, bytes(1))).isNull();
    }

    @Test
    void shouldRefuseToCloseAViewBeforeItsCursors() {
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(1)));
        ReadView view = store.openView();
        Cursor cursor = view.cursor(Space.STATE, KeyRange.prefix(bytes(1)));

        assertThatThrownBy(view::close).isInstanceOf(IllegalStateException.class);
        cursor.close();
        view.close();
        view.close();
    }

    @Test
    void shouldRefuseUseAfterClose() {
        store.close();

        assertThatThrownBy(() -> store.get(Space.STATE, bytes(1))).isInstanceOf(StoreFailedException.class);
        assertThatThrownBy(store::openView).isInstanceOf(StoreFailedException.class);
        store.close();
    }

    @Test
    void shouldOpenACheckpointAsOfItsMoment() {
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(1)).put(Space.LOG, bytes(7), bytes(7)));
        Path checkpoint = directory.resolve("checkpoint");

        store.checkpoint(checkpoint);
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(2)).delete(Space.LOG, bytes(7)));

        try (KeyValueStore copy = openCheckpoint(checkpoint)) {
            assertThat(copy.get(Space.STATE, bytes(1))).isEqualTo(bytes(1));
            assertThat(copy.get(Space.LOG, bytes(7))).isEqualTo(bytes(7));
        }
    }

    @Test
    void shouldKeepWhatIsReclaimedForViewsThatAreOpen() {
        store.write(new Changes().put(Space.LOG, bytes(7), bytes(7)).put(Space.LOG, bytes(8), bytes(8)));
        store.flush();
        try (ReadView view = store.openView()) {
            store.reclaim(Space.LOG, new KeyRange(bytes(7), bytes(8)));

            assertThat(view.get(Space.LOG, bytes(7))).isEqualTo(bytes(7));
        }
        store.reclaim(Space.LOG, new KeyRange(bytes(0), bytes(1)));

        assertThat(store.get(Space.LOG, bytes(8))).isEqualTo(bytes(8));
    }

    /** A random history through transactions, against a plain map: reads, walks, floors, digest, net changes. */
    @Test
    void shouldLayATransactionOverTheStore() {
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        long digest = 0;
        for (int round = 0; round < 60; round++) {
            Transaction tx = new Transaction(store, Checks.FULL);
            for (int step = 0; step < 40; step++) {
                changeAtRandom(random, tx, model);
            }
            digest += tx.digestChange();
            assertSame("seed " + seed + " in the transaction", tx, model, random);
            store.write(tx.changes());
            assertSame("seed " + seed + " in the store", store, model, random);
        }
        long sum = 0;
        for (Map.Entry<byte[], byte[]> row : model.entrySet()) {
            sum += RowHash.of(row.getKey(), row.getValue());
        }
        assertThat(digest).as("seed " + seed).isEqualTo(sum);
    }

    private static void changeAtRandom(Random random, Transaction tx, Map<byte[], byte[]> model) {
        byte[] key = bytes(3, random.nextInt(24) * 10, random.nextInt(2));
        byte[] value = bytes(random.nextInt(3));
        byte[] prior = model.get(key);
        if (prior == null) {
            if (random.nextBoolean()) {
                tx.insert(Space.STATE, key, value);
            } else {
                tx.insertKnownAbsent(Space.STATE, key, value);
            }
            model.put(key, value);
        } else if (random.nextInt(3) > 0) {
            if (random.nextBoolean()) {
                tx.deleteExisting(Space.STATE, key);
            } else {
                tx.deleteKnown(Space.STATE, key, prior);
            }
            model.remove(key);
        } else {
            if (random.nextBoolean()) {
                tx.update(Space.STATE, key, value);
            } else {
                tx.updateKnown(Space.STATE, key, prior, value);
            }
            model.put(key, value);
        }
    }

    private static void assertSame(String when, KeyReader reader, NavigableMap<byte[], byte[]> model, Random random) {
        Map<String, byte[]> seen = new HashMap<>();
        List<String> order = new ArrayList<>();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(bytes(3)))) {
            for (; cursor.isValid(); cursor.next()) {
                order.add(HexFormat.of().formatHex(cursor.key()));
                seen.put(HexFormat.of().formatHex(cursor.key()), cursor.value());
            }
            byte[] target = bytes(3, random.nextInt(256), 0);
            cursor.seek(target);
            byte[] expected = model.ceilingKey(target);
            assertThat(cursor.isValid() ? cursor.key() : null).as(when).isEqualTo(expected);
        }
        assertThat(order)
                .as(when)
                .isEqualTo(
                        model.keySet().stream().map(HexFormat.of()::formatHex).toList());
        model.forEach((key, value) ->
                assertThat(seen.get(HexFormat.of().formatHex(key))).as(when).isEqualTo(value));
        byte[] target = bytes(3, random.nextInt(256), 1);
        KeyReader.@Nullable Row floor = reader.floor(Space.STATE, target, bytes(3, 0, 0));
        assertThat(floor == null ? null : floor.key()).as(when).isEqualTo(model.floorKey(target));
    }

    @Test
    void shouldFailWhereARowIsNotAsSaid() {
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(1)));
        Transaction tx = new Transaction(store, Checks.FULL);

        assertThatThrownBy(() -> tx.insert(Space.STATE, bytes(1), bytes(2))).isInstanceOf(BrokenStateException.class);
        assertThatThrownBy(() -> tx.update(Space.STATE, bytes(2), bytes(2))).isInstanceOf(BrokenStateException.class);
        assertThatThrownBy(() -> tx.deleteExisting(Space.STATE, bytes(2))).isInstanceOf(BrokenStateException.class);
        assertThatThrownBy(() -> tx.insertKnownAbsent(Space.STATE, bytes(1), bytes(2)))
                .isInstanceOf(BrokenStateException.class);
        assertThatThrownBy(() -> tx.updateKnown(Space.STATE, bytes(1), bytes(9), bytes(2)))
                .isInstanceOf(BrokenStateException.class);
        assertThatThrownBy(() -> tx.deleteKnown(Space.STATE, bytes(3), bytes(9)))
                .isInstanceOf(BrokenStateException.class);
        assertThat(tx.changes().list()).isEmpty();
    }
}
