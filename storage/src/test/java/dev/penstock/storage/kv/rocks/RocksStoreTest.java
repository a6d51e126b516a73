package dev.penstock.storage.kv.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.ReadView;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.StoreContract;
import dev.penstock.storage.kv.StoreFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class RocksStoreTest extends StoreContract {

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

    @Override
    protected KeyValueStore open(Path where) {
        return RocksStore.open(where, RocksTuning.small(), fatal::add);
    }

    @Override
    protected KeyValueStore openCheckpoint(Path where) {
        return RocksStore.openReadOnly(where, RocksTuning.small());
    }

    @Test
    void shouldKeepFlushedWritesAcrossOpenings() {
        store.write(new Changes().put(Space.STATE, bytes(1), bytes(1)).put(Space.LOG, bytes(2), bytes(2)));
        store.close();

        store = open(directory.resolve("store"));

        assertThat(store.get(Space.STATE, bytes(1))).isEqualTo(bytes(1));
        assertThat(store.get(Space.LOG, bytes(2))).isEqualTo(bytes(2));
        assertThat(fatal).isEmpty();
    }

    /** Also that files are dropped under no open view, which RocksDB by itself would do. */
    @Test
    void shouldGiveBackTheFilesOfReclaimedRowsWhenNoViewSeesThem() throws InterruptedException {
        for (int file = 0; file < 8; file++) {
            Changes changes = new Changes();
            for (int i = 0; i < 50; i++) {
                changes.put(Space.LOG, bytes(file, i), new byte[10_000]);
            }
            store.write(changes);
            store.flush();
        }
        RocksStore rocks = (RocksStore) store;
        long before = rocks.usage().diskBytes();
        ReadView view = store.openView();
        // Files reach a level from which they can be dropped by RocksDB's own work: asked for until they are gone.
        Thread asking = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                store.reclaim(Space.LOG, new KeyRange(bytes(0), bytes(5)));
                Thread.onSpinWait();
            }
        });
        asking.start();
        while (rocks.usage().runningCompactions() > 0) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 50; i++) {
            assertThat(view.get(Space.LOG, bytes(0, i)))
                    .as("row " + i + " of a view")
                    .hasSize(10_000);
        }
        long withView = rocks.usage().diskBytes();
        view.close();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (rocks.usage().diskBytes() > before / 2 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        asking.interrupt();
        asking.join();

        assertThat(withView).isGreaterThan(before * 9 / 10);
        assertThat(rocks.usage().diskBytes()).isLessThan(before / 2);
        assertThat(store.get(Space.LOG, bytes(5, 0))).hasSize(10_000);
        assertThat(store.get(Space.LOG, bytes(7, 49))).hasSize(10_000);
        assertThat(fatal).isEmpty();
    }

    @Test
    void shouldHaveExactlyTwoFamiliesAndNoWriteAheadLog() throws IOException, RocksDBException {
        store.write(new Changes().put(Space.STATE, bytes(1), new byte[100_000]));

        try (Options options = new Options()) {
            assertThat(RocksDB.listColumnFamilies(
                            options, directory.resolve("store").toString()))
                    .containsExactly(RocksOptions.STATE_FAMILY, RocksOptions.LOG_FAMILY);
        }
        try (Stream<Path> files = Files.list(directory.resolve("store"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".log")))
                    .allSatisfy(file -> assertThat(file).isEmptyFile());
        }
    }

    @Test
    void shouldReportDamageInsteadOfEndingEarly() throws IOException {
        Changes changes = new Changes();
        for (int i = 0; i < 20_000; i++) {
            changes.put(
                    Space.STATE, ByteBuffer.allocate(5).put((byte) 9).putInt(i).array(), new byte[64]);
        }
        store.write(changes);
        store.close();
        flipAByteOfEachTable(directory.resolve("store"));

        store = open(directory.resolve("store"));

        assertThatThrownBy(() -> {
                    try (Cursor cursor = store.cursor(Space.STATE, KeyRange.prefix(bytes(9)))) {
                        while (cursor.isValid()) {
                            cursor.next();
                        }
                    }
                })
                .isInstanceOf(StoreFailedException.class);
        assertThat(fatal).isNotEmpty();
    }

    private static void flipAByteOfEachTable(Path where) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                byte[] content = Files.readAllBytes(file);
                content[content.length / 3] ^= 0x10;
                Files.write(file, content);
            }
        }
    }

    @Test
    void shouldRefuseADamagedDirectoryAndSayWhere() throws IOException {
        store.close();
        Files.write(directory.resolve("store/CURRENT"), new byte[] {1, 2, 3});

        assertThatThrownBy(() -> open(directory.resolve("store")))
                .isInstanceOf(StoreFailedException.class)
                .hasMessageContaining(directory.resolve("store").toString());

        store = open(directory.resolve("another"));
    }

    @Test
    void shouldWaitForAViewBeforeItCloses() throws Exception {
        ReadView view = store.openView();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);

        // The gate is shut at once, the store itself only when the view is gone.
        while (true) {
            try (ReadView late = store.openView()) {
                assertThat(late).isNotNull();
            } catch (StoreFailedException e) {
                break;
            }
        }
        assertThat(view.get(Space.STATE, bytes(1))).isNull();
        assertThat(closing).isNotDone();
        view.close();
        closing.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldTellItsUsage() {
        store.write(new Changes().put(Space.LOG, bytes(1), new byte[100_000]));
        store.flush();

        RocksStore.Usage usage = ((RocksStore) store).usage();

        assertThat(usage.diskBytes()).isGreaterThan(100_000);
        assertThat(usage.cacheBytes()).isPositive();
    }

    @Test
    void shouldVerifyChecksumsOfACheckpoint() throws IOException {
        store.write(new Changes().put(Space.LOG, bytes(1), new byte[100_000]));
        Path checkpoint = directory.resolve("checkpoint");
        store.checkpoint(checkpoint);
        try (RocksStore copy = RocksStore.openReadOnly(checkpoint, RocksTuning.small())) {
            copy.verifyChecksums();
        }
        flipAByteOfEachTable(checkpoint);
        try (RocksStore copy = RocksStore.openReadOnly(checkpoint, RocksTuning.small())) {
            assertThatThrownBy(copy::verifyChecksums).isInstanceOf(StoreFailedException.class);
        }
    }
}
