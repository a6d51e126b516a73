package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.CorruptDataException;
import dev.penstock.storage.codec.Mutation;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.codec.UnknownFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandCodecTest {

    private final long seed = Long.getLong("penstock.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static byte[] envelope(List<Command> commands) {
        return CommandCodec.envelope(
                3, 44, 555, commands.stream().map(CommandCodec::encodeCommand).toList());
    }

    @Test
    void shouldGiveBackEveryCommand() {
        List<Command> all = GoldenCommands.all();
        byte[] entry = envelope(all);

        Envelope decoded = CommandCodec.decode(entry);

        assertThat(decoded.planningTerm()).isEqualTo(3);
        assertThat(decoded.stampMillis()).isEqualTo(44);
        assertThat(decoded.wallMillis()).isEqualTo(555);
        assertThat(envelope(decoded.commands())).isEqualTo(entry);
        for (int i = 0; i < all.size(); i++) {
            assertThat(decoded.commands().get(i)).usingRecursiveComparison().isEqualTo(all.get(i));
        }
    }

    @Test
    void shouldHaveAnExampleOfEveryType() {
        assertThat(GoldenCommands.all().stream().map(Command::type).distinct())
                .containsExactlyInAnyOrder(CommandType.values());
    }

    @Test
    void shouldKnowItsOverhead() {
        byte[] command = CommandCodec.encodeCommand(new Command.Mark());

        assertThat(CommandCodec.envelope(1, 2, 3, List.of(command, command)))
                .hasSize(CommandCodec.ENVELOPE_OVERHEAD_BYTES + 2 * command.length);
    }

    @Test
    void shouldKeepAckCommandsSmall() {
        Command ack = GoldenCommands.ackOfTen();

        // The lease entry of 512 KiB carries about 10,000 acknowledgements.
        assertThat(CommandCodec.encodeCommand(ack).length).isLessThan(60);
    }

    @Test
    void shouldRefuseATagItDoesNotKnow() {
        byte[] unknown = new ByteWriter(8).u16(63).i32(0).toBytes();

        assertThatThrownBy(() -> CommandCodec.decode(CommandCodec.envelope(1, 2, 3, List.of(unknown))))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("command tag 63");
    }

    @Test
    void shouldRefuseANewerEnvelopeOrFeatureLevel() {
        byte[] newer = envelope(List.of());
        newer[2] = 2;
        byte[] level = envelope(List.of());
        level[9] = 9;

        assertThatThrownBy(() -> CommandCodec.decode(newer)).isInstanceOf(UnknownFormatException.class);
        assertThatThrownBy(() -> CommandCodec.decode(resealed(level))).isInstanceOf(UnknownFormatException.class);
    }

    @Test
    void shouldRefuseBytesAfterACommand() {
        byte[] command = CommandCodec.encodeCommand(new Command.Expire(7));
        byte[] longer = Arrays.copyOf(command, command.length + 1);
        longer[5]++;

        assertThatThrownBy(() -> CommandCodec.decode(CommandCodec.envelope(1, 2, 3, List.of(longer))))
                .isInstanceOf(CorruptDataException.class);
    }

    private static byte[] resealed(byte[] bytes) {
        return new ByteWriter(bytes.length).raw(bytes).sealed(4);
    }

    @Test
    void shouldFailOnlyInItsOwnWords() {
        List<Command> all = GoldenCommands.all();
        for (int round = 0; round < 20_000; round++) {
            List<Command> some = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                some.add(all.get(random.nextInt(all.size())));
            }
            byte[] mutated = Mutation.of(random, envelope(some));
            attempt(mutated);
            if (mutated.length >= 8) {
                attempt(resealed(mutated));
            }
        }
    }

    private void attempt(byte[] bytes) {
        try {
            assertThat(CommandCodec.decode(bytes).commands()).isNotNull();
        } catch (StoredFormatException expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new AssertionError("expected a typed failure; seed " + seed, e);
        }
    }
}
