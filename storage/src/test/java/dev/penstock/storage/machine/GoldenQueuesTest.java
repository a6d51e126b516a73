package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction.Checks;
import dev.penstock.storage.machine.QueueFixture.Sent;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queues that are sent to, as they are in the log and in the state: byte for byte. */
class GoldenQueuesTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final String FILE = "queues-v1.txt";

    private static List<Command> commands() {
        SourcePosition first = new SourcePosition(1, new Lsn(100), 3);
        SourcePosition second = new SourcePosition(1, new Lsn(200), 1);
        return List.of(
                new Command.SourceIntent("main", "shop", "slot", "pub"),
                new Command.SourceReady(1, "7", 1, new Lsn(5)),
                QueueFixture.queue("line", Ordering.KEY),
                QueueFixture.queue("jobs", Ordering.NONE),
                QueueFixture.append(
                        SourcePosition.ORIGIN,
                        100,
                        Sent.of("line", 7),
                        Sent.of("line.fifo", 7),
                        new Sent("penstock:m:jobs", 8, 900),
                        new Sent("penstock:q:jobs", 0, -1)),
                QueueFixture.append(first, 200, Sent.of("line", 7), Sent.of("line", -9)),
                new Command.Grant(
                        2,
                        4,
                        4,
                        0,
                        4,
                        new long[] {3},
                        new long[0],
                        KeyPlan.NONE,
                        30_000,
                        new DelayPlan(new long[] {2}, new long[] {905_000})),
                QueueFixture.append(second, 300, Sent.of("line", 0)));
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
        try (Cursor cursor = store.cursor(Space.STATE, new KeyRange(new byte[] {0x01}, new byte[] {0x1a}))) {
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
        List<String> recorded = GoldenFile.lines(FILE, GoldenQueuesTest::written);
        List<byte[]> commands = recorded.stream()
                .filter(line -> line.startsWith("COMMAND "))
                .map(line -> HEX.parseHex(line.split(" ", 3)[1]))
                .toList();

        assertThat(replay(commands, new InMemoryStore())).isEqualTo(recorded);
        assertThat(recorded).anyMatch(line -> line.startsWith("ROW 18")).anyMatch(line -> line.startsWith("ROW 19"));
    }
}
