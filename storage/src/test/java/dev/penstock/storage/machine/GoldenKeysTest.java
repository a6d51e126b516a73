package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction.Checks;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Released commands and rows of API keys: written byte for byte, and read to the recorded replies, rows and digest. */
class GoldenKeysTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final String FILE = "keys-v1.txt";

    private static List<Command> commands() {
        return List.of(
                new Command.PutKey("app", -1, new byte[] {1, 2, 3}, List.of("consume:orders-*", "monitor"), 0),
                new Command.PutKey("Zeta_9", -1, new byte[] {(byte) 0xff}, List.of("admin"), 43_200_000),
                new Command.PutKey("app", 1, new byte[] {4}, List.of("read:ä", "send:*"), 43_200_000),
                new Command.PutKey("Zeta_9", 2, new byte[] {5}, List.of("admin"), 60_000),
                new Command.RevokeKey("Zeta_9", true),
                new Command.PutKey("gone", -1, new byte[] {6}, List.of("admin"), 0),
                new Command.RevokeKey("gone", false),
                new Command.PutKey("", Long.MIN_VALUE, new byte[0], List.of(), Long.MAX_VALUE));
    }

    private static List<String> replay(List<byte[]> encoded, InMemoryStore store) {
        Machine machine = new Machine(store, Checks.FULL);
        List<String> lines = new ArrayList<>();
        long index = 0;
        for (byte[] command : encoded) {
            index++;
            byte[] entry = CommandCodec.envelope(1, 1_000 * index, 1_795_255_200_123L + index, List.of(command));
            Applied applied = machine.apply(1, index, entry);
            lines.add("COMMAND " + HEX.formatHex(command) + " | "
                    + Replies.text(applied.replies().get(0)));
        }
        try (Cursor cursor = store.cursor(Space.STATE, new KeyRange(new byte[] {0x0e}, new byte[] {0x0f}))) {
            for (; cursor.isValid(); cursor.next()) {
                lines.add("ROW " + HEX.formatHex(cursor.key()) + " = " + HEX.formatHex(cursor.value()));
            }
        }
        lines.add("DIGEST " + HEX.toHexDigits(machine.stateDigest()));
        return lines;
    }

    private static List<String> written() {
        return replay(commands().stream().map(CommandCodec::encodeCommand).toList(), new InMemoryStore());
    }

    @Test
    void shouldWriteCommandsAndRowsByteForByte() {
        GoldenFile.check(FILE, written());
    }

    @Test
    void shouldReadTheRecordedCommandsToTheRecordedRows() {
        List<String> recorded = GoldenFile.lines(FILE, GoldenKeysTest::written);
        List<byte[]> commands = recorded.stream()
                .filter(line -> line.startsWith("COMMAND "))
                .map(line -> HEX.parseHex(line.split(" ", 3)[1]))
                .toList();

        assertThat(replay(commands, new InMemoryStore())).isEqualTo(recorded);
    }
}
