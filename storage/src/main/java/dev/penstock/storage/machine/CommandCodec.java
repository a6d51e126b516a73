package dev.penstock.storage.machine;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.Checksums;
import dev.penstock.storage.codec.UnknownFormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of a Raft entry, byte by byte in docs/stored-format.md: an envelope of fixed width with a checksum, then
 * commands, each with its tag and length. A newer version, an unknown tag or flag is an {@link UnknownFormatException}:
 * nothing is ever skipped, since a node that skips a fact is no replica. Stateless.
 */
public final class CommandCodec {

    /** Bytes of an entry beside its encoded commands. */
    public static final int ENVELOPE_OVERHEAD_BYTES = 38;

    /** What this program understands; {@link Command.RaiseFeatureLevel} makes it the cluster's. */
    public static final int FEATURE_LEVEL = 1;

    /**
     * Written into an entry: the level that its commands need, not that of the program, or a newer node in a cluster of
     * older ones would stop them. All commands so far are of the first.
     */
    private static final int NEEDED_LEVEL = 1;

    private static final int MAGIC = 0x5045;
    private static final int VERSION = 1;
    private static final int CHECKSUM_AT = 4;
    private static final int MIN_COMMAND_BYTES = 6;

    private CommandCodec() {}

    public static byte[] encodeCommand(Command command) {
        ByteWriter out = new ByteWriter(expectedBytes(command));
        out.u16(command.type().tag());
        out.i32(0);
        CommandWriter.write(out, command);
        out.setI32(2, out.size() - MIN_COMMAND_BYTES);
        return out.toBytes();
    }

    /** So that a large command is not copied while it is written. */
    private static int expectedBytes(Command command) {
        if (command instanceof Command.Append append) {
            return append.batch().length + 16;
        }
        if (command instanceof Command.DeadLetter dead) {
            return dead.messages().stream()
                    .mapToInt(message -> message.batch().length + 64)
                    .sum();
        }
        return 64;
    }

    /**
     * @param planningTerm Raft term in which the commands were planned
     * @param stampMillis log time
     * @param wallMillis wall-clock time, for people
     */
    public static byte[] envelope(long planningTerm, long stampMillis, long wallMillis, List<byte[]> encodedCommands) {
        int size = ENVELOPE_OVERHEAD_BYTES;
        for (byte[] command : encodedCommands) {
            size = Math.addExact(size, command.length);
        }
        ByteWriter out = new ByteWriter(size);
        out.u16(MAGIC).u8(VERSION).u8(0).i32(0).u16(NEEDED_LEVEL);
        out.i64(planningTerm).i64(stampMillis).i64(wallMillis);
        out.i32(encodedCommands.size());
        for (byte[] command : encodedCommands) {
            out.raw(command);
        }
        return out.sealed(CHECKSUM_AT);
    }

    /** Throws {@link dev.penstock.storage.codec.StoredFormatException}. */
    public static Envelope decode(byte[] entry) {
        ByteReader in = new ByteReader("entry", entry);
        int magic = in.u16();
        if (magic != MAGIC) {
            throw in.failure("expected an entry to begin with 'PE', but got " + Integer.toHexString(magic));
        }
        int version = in.u8();
        if (version != VERSION) {
            throw new UnknownFormatException("entry format", version, "format " + VERSION);
        }
        int flags = in.u8();
        if (flags != 0) {
            throw new UnknownFormatException("entry flag set", flags, "none");
        }
        in.i32();
        Checksums.check("entry", entry, CHECKSUM_AT);
        int level = in.u16();
        if (level > FEATURE_LEVEL) {
            throw new UnknownFormatException("entry of feature level", level, "levels up to " + FEATURE_LEVEL);
        }
        long planningTerm = in.i64();
        long stampMillis = in.i64();
        long wallMillis = in.i64();
        int count = in.i32();
        if (count < 0 || count > in.remaining() / MIN_COMMAND_BYTES) {
            throw in.failure("expected commands that fit in " + in.remaining() + " bytes, but got " + count);
        }
        List<Command> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            commands.add(command(in, entry));
        }
        in.finish();
        return new Envelope(planningTerm, stampMillis, wallMillis, commands);
    }

    private static Command command(ByteReader in, byte[] entry) {
        CommandType type = CommandType.ofTag(in.u16());
        int length = in.i32();
        int from = in.position();
        in.skip(length);
        ByteReader body = new ByteReader("command " + type, entry, from, from + length);
        Command command = CommandReader.read(body, type);
        body.finish();
        return command;
    }
}
