package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.CorruptDataException;
import dev.penstock.storage.codec.Mutation;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.codec.UnknownFormatException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Every command in an entry, damaged at every place, with and without a checksum that fits: a typed failure or an entry,
 * and nothing else. By chance: {@link CommandCodecTest#shouldFailOnlyInItsOwnWords}.
 */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class DamagedEntryTest {

    private static byte[] entry(Command command) {
        return CommandCodec.envelope(3, 44, 555, List.of(CommandCodec.encodeCommand(command)));
    }

    private static byte[] resealed(byte[] bytes) {
        return new ByteWriter(bytes.length).raw(bytes).sealed(4);
    }

    private static List<Command> commands() {
        List<Command> commands = new ArrayList<>(GoldenCommands.all());
        commands.addAll(GoldenCommands.extremes());
        return commands;
    }

    @Test
    void shouldFailOnlyInItsOwnWordsWhereverItIsDamaged() {
        for (Command command : commands()) {
            Mutation.each(entry(command), bytes -> {
                attempt(command, bytes);
                if (bytes.length >= 8) {
                    attempt(command, resealed(bytes));
                }
            });
        }
    }

    private static void attempt(Command command, byte[] bytes) {
        try {
            assertThat(CommandCodec.decode(bytes).commands()).isNotNull();
        } catch (StoredFormatException expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new AssertionError(
                    "expected a typed failure of " + command.type() + ", damaged to "
                            + HexFormat.of().formatHex(bytes),
                    e);
        }
    }

    @Test
    void shouldDetectEveryFlippedBit() {
        for (Command command : commands()) {
            byte[] entry = entry(command);
            for (int bit = 0; bit < entry.length * 8; bit++) {
                byte[] flipped = entry.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThatThrownBy(() -> CommandCodec.decode(flipped))
                        .as(command.type() + ", bit " + bit)
                        .isInstanceOf(StoredFormatException.class);
            }
        }
    }

    /** A number of deliveries of 33 bits was once cut to its lower 32. */
    @Test
    void shouldRefuseANumberOutOfRangeRatherThanCutIt() {
        ByteWriter body = new ByteWriter(32).text("jobs").zigzag(1).u8(1).zigzag(30_000);
        body.zigzag(1L << 32).u8(0).u8(0).varint(0).varint(0).text("");
        byte[] command = new ByteWriter(40)
                .u16(CommandType.CREATE_GROUP.tag())
                .i32(body.size())
                .raw(body.toBytes())
                .toBytes();

        assertThatThrownBy(() -> CommandCodec.decode(CommandCodec.envelope(1, 2, 3, List.of(command))))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("deliveries");
    }

    @Test
    void shouldRefuseAFlagThatIsNeitherYesNorNo() {
        byte[] command = CommandCodec.encodeCommand(new Command.Extend(1, 2, List.of(), 5, true));
        command[command.length - 1] = 2;

        assertThatThrownBy(() -> CommandCodec.decode(CommandCodec.envelope(1, 2, 3, List.of(command))))
                .isInstanceOf(UnknownFormatException.class);
    }
}
