package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction.Checks;
import dev.penstock.storage.kv.rocks.RocksStore;
import dev.penstock.storage.kv.rocks.RocksTuning;
import dev.penstock.storage.table.RangeManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Released logs and rows: a recorded log gives the recorded replies, digests and rows, on any version. */
class GoldenMachineTest {

    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path directory;

    private static String line(Replica.Logged logged, Applied applied, long digest) {
        StringBuilder replies = new StringBuilder();
        for (Reply reply : applied.replies()) {
            replies.append(" | ").append(Replies.text(reply));
        }
        byte[] entry = logged.bytes() == null ? new byte[0] : logged.bytes();
        return logged.term() + " " + logged.index() + " " + HEX.formatHex(entry) + " digest " + HEX.toHexDigits(digest)
                + replies;
    }

    private static List<String> replay(Machine machine, List<Replica.Logged> log) {
        List<String> lines = new ArrayList<>();
        for (Replica.Logged logged : log) {
            byte[] entry = logged.bytes();
            if (entry == null) {
                throw new IllegalStateException("expected entries of ours only");
            }
            Applied applied = machine.apply(logged.term(), logged.index(), entry);
            lines.add(line(logged, applied, machine.stateDigest()));
        }
        return lines;
    }

    private static List<String> recorded() {
        return GoldenFile.lines(
                "log-v1.txt", () -> replay(new Machine(new InMemoryStore(), Checks.FULL), GoldenScenario.log()));
    }

    private static List<Replica.Logged> parse(List<String> lines) {
        List<Replica.Logged> log = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split(" ", 4);
            log.add(new Replica.Logged(Long.parseLong(words[0]), Long.parseLong(words[1]), HEX.parseHex(words[2])));
        }
        return log;
    }

    private static List<String> rows(KeyReader reader) {
        List<String> rows = new ArrayList<>();
        for (Space space : Space.values()) {
            try (Cursor cursor = reader.cursor(space, new KeyRange(new byte[0], new byte[] {(byte) 0xff}))) {
                for (; cursor.isValid(); cursor.next()) {
                    rows.add(space + " " + HEX.formatHex(cursor.key()) + " = " + HEX.formatHex(cursor.value()));
                }
            }
        }
        return rows;
    }

    @Test
    void shouldReplayTheRecordedLogToTheRecordedDigests() {
        List<String> recorded = recorded();
        try (KeyValueStore rocks = RocksStore.open(directory.resolve("db"), RocksTuning.small(), failure -> {})) {
            Machine machine = new Machine(rocks, Checks.TRUSTING);

            assertThat(replay(machine, parse(recorded))).isEqualTo(recorded);

            GoldenFile.check("rows-v1.txt", rows(rocks));
            GoldenFile.check(
                    "manifest-v1.txt",
                    List.of(HEX.formatHex(RangeManifest.of(rocks).encode())));
        }
    }

    @Test
    void shouldHaveRecordedARowOfEveryTable() {
        InMemoryStore store = new InMemoryStore();
        replay(new Machine(store, Checks.FULL), parse(recorded()));

        List<String> tables = rows(store).stream()
                .filter(row -> row.startsWith("STATE"))
                .map(row -> row.substring(6, 8))
                .distinct()
                .toList();

        assertThat(tables)
                .containsExactly("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "0a", "0b", "0c", "0d");
    }
}
