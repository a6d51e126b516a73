package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.GoldenFile;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Released commands and entries: written byte for byte, and read back as what they were. */
class GoldenCommandTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final long TERM = 7;
    private static final long STAMP = 123_456;
    private static final long WALL = 1_795_255_200_123L;

    private static List<String> lines(List<Command> commands, List<Command> inEnvelope) {
        List<String> lines = new ArrayList<>();
        for (Command command : commands) {
            lines.add(command.type() + " " + HEX.formatHex(CommandCodec.encodeCommand(command)));
        }
        lines.add("ENVELOPE " + HEX.formatHex(envelope(inEnvelope)));
        return lines;
    }

    private static byte[] envelope(List<Command> commands) {
        return CommandCodec.envelope(
                TERM,
                STAMP,
                WALL,
                commands.stream().map(CommandCodec::encodeCommand).toList());
    }

    private static void check(String file, List<Command> commands, List<Command> inEnvelope) {
        List<String> seen = lines(commands, inEnvelope);

        GoldenFile.check(file, seen);

        List<byte[]> golden = GoldenFile.lines(file, () -> seen).stream()
                .map(line -> HEX.parseHex(line.substring(line.indexOf(' ') + 1)))
                .toList();
        List<byte[]> bodies = golden.subList(0, golden.size() - 1);
        assertRead(CommandCodec.envelope(TERM, STAMP, WALL, bodies), commands);
        assertRead(golden.get(golden.size() - 1), inEnvelope);
    }

    private static void assertRead(byte[] entry, List<Command> expected) {
        Envelope read = CommandCodec.decode(entry);
        assertThat(read.planningTerm()).isEqualTo(TERM);
        assertThat(read.stampMillis()).isEqualTo(STAMP);
        assertThat(read.wallMillis()).isEqualTo(WALL);
        assertThat(read.commands()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(read.commands().get(i))
                    .as("command " + i)
                    .usingRecursiveComparison()
                    .withStrictTypeChecking()
                    .isEqualTo(expected.get(i));
        }
    }

    @Test
    void shouldWriteAndReadEveryCommandByteForByte() {
        check("commands-v1.txt", GoldenCommands.all(), List.of(new Command.Mark()));
    }

    @Test
    void shouldWriteAndReadNumbersAtTheirEndsByteForByte() {
        check("commands-extremes-v1.txt", GoldenCommands.extremes(), GoldenCommands.extremes());
    }
}
