package dev.penstock.storage.codec;

import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;

/**
 * The batch format, byte by byte in docs/stored-format.md: a frame of fixed width, then header section, index block and
 * packed bodies. Neither the base offset nor anything else that is known only at apply is in it, so the bytes that the
 * replicator made are the bytes stored. Stateless.
 *
 * <p>{@link #header} and {@link #columns} trust no length but do not check the checksum; {@link #verify} and {@link
 * #decode} do.
 */
public final class BatchCodec {

    /** Bodies of one batch, unpacked: an event of 16 MiB fits twice over, a forged length does not exhaust memory. */
    public static final int MAX_BODY_BYTES = 64 << 20;

    static final int VERSION = 1;
    static final int FRAME_BYTES = 28;

    private static final int MAGIC = 0x5042;
    private static final int CHECKSUM_AT = 4;
    private static final int COMPRESSION_MASK = 0b011;
    private static final int LAST_IN_TRANSACTION = 0b100;

    private BatchCodec() {}

    private record Frame(
            BodyCompression compression,
            boolean lastInTransaction,
            int headerEnd,
            int indexEnd,
            int bodyBytes,
            int unpackedBytes,
            int events) {}

    public static byte[] encode(EventBatch batch) {
        if (batch.bodies().length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException(
                    "expected bodies of at most " + MAX_BODY_BYTES + " bytes, but they have " + batch.bodies().length);
        }
        BodyCompression.Packed packed = BodyCompression.pack(batch.bodies());
        ByteWriter out = new ByteWriter(FRAME_BYTES + 512 + batch.size() * 32 + packed.length());
        int flags = packed.compression().code() | (batch.header().lastInTransaction() ? LAST_IN_TRANSACTION : 0);
        out.u16(MAGIC).u8(VERSION).u8(flags);
        for (int at = CHECKSUM_AT; at < FRAME_BYTES; at += Integer.BYTES) {
            out.i32(0);
        }
        BatchHeaderCodec.write(out, batch.header());
        int headerEnd = out.size();
        BatchIndexCodec.write(out, batch);
        int indexEnd = out.size();
        out.raw(packed.bytes(), 0, packed.length());
        out.setI32(8, headerEnd - FRAME_BYTES)
                .setI32(12, indexEnd - headerEnd)
                .setI32(16, packed.length())
                .setI32(20, batch.bodies().length)
                .setI32(24, batch.size());
        return out.sealed(CHECKSUM_AT);
    }

    public static BatchHeader header(byte[] bytes) {
        return header(bytes, frame(bytes));
    }

    /** The index block, without touching the bodies. */
    public static EventBatch.Columns columns(byte[] bytes) {
        Frame frame = frame(bytes);
        return columns(bytes, frame, header(bytes, frame));
    }

    public static EventBatch decode(byte[] bytes) {
        Frame frame = frame(bytes);
        Checksums.check("batch", bytes, CHECKSUM_AT);
        BatchHeader header = header(bytes, frame);
        EventBatch.Columns columns = columns(bytes, frame, header);
        byte[] bodies = frame.compression().unpack(bytes, frame.indexEnd(), frame.bodyBytes(), frame.unpackedBytes());
        checkBodies(bodies, columns);
        return new EventBatch(header, columns, bodies);
    }

    /** The checksum as stored; with the base offset it names a batch in the stream's chain. */
    public static int checksum(byte[] bytes) {
        return new ByteReader("batch frame", bytes, CHECKSUM_AT, Math.max(CHECKSUM_AT, bytes.length)).i32();
    }

    /**
     * Checks the checksum, header and index block, not the packed bodies: what apply asks before it stores a batch.
     * Throws {@link StoredFormatException}.
     */
    public static Verified verify(byte[] bytes) {
        Frame frame = frame(bytes);
        Checksums.check("batch", bytes, CHECKSUM_AT);
        BatchHeader header = header(bytes, frame);
        return new Verified(header, columns(bytes, frame, header));
    }

    /** A batch but for its bodies. */
    public record Verified(BatchHeader header, EventBatch.Columns columns) {}

    private static Frame frame(byte[] bytes) {
        ByteReader in = new ByteReader("batch frame", bytes);
        int magic = in.u16();
        if (magic != MAGIC) {
            throw in.failure("expected a batch to begin with 'PB', but got " + Integer.toHexString(magic));
        }
        int version = in.u8();
        if (version != VERSION) {
            throw new UnknownFormatException("batch format", version, "format " + VERSION);
        }
        int flags = in.u8();
        if ((flags & ~(COMPRESSION_MASK | LAST_IN_TRANSACTION)) != 0) {
            throw new UnknownFormatException("batch flag set", flags, "bits 0 to 2");
        }
        in.i32();
        long headerBytes = in.i32();
        long indexBytes = in.i32();
        int bodyBytes = in.i32();
        int unpackedBytes = in.i32();
        int events = in.i32();
        if (headerBytes < 0
                || indexBytes < 0
                || bodyBytes < 0
                || FRAME_BYTES + headerBytes + indexBytes + bodyBytes != bytes.length) {
            throw in.failure("expected sections that add up to " + bytes.length + " bytes");
        }
        if (unpackedBytes < 0 || unpackedBytes > MAX_BODY_BYTES) {
            throw in.failure("expected bodies of at most " + MAX_BODY_BYTES + " bytes, but got " + unpackedBytes);
        }
        if (events < 1 || events > indexBytes / BatchIndexCodec.MIN_ENTRY_BYTES) {
            throw in.failure("expected events that fit an index of " + indexBytes + " bytes, but got " + events);
        }
        int headerEnd = FRAME_BYTES + (int) headerBytes;
        return new Frame(
                BodyCompression.ofCode(flags & COMPRESSION_MASK),
                (flags & LAST_IN_TRANSACTION) != 0,
                headerEnd,
                headerEnd + (int) indexBytes,
                bodyBytes,
                unpackedBytes,
                events);
    }

    private static BatchHeader header(byte[] bytes, Frame frame) {
        ByteReader in = new ByteReader("batch header", bytes, FRAME_BYTES, frame.headerEnd());
        BatchHeader header = BatchHeaderCodec.read(in, frame.lastInTransaction(), frame.events());
        in.finish();
        return header;
    }

    private static EventBatch.Columns columns(byte[] bytes, Frame frame, BatchHeader header) {
        ByteReader in = new ByteReader("batch index", bytes, frame.headerEnd(), frame.indexEnd());
        EventBatch.Columns columns = BatchIndexCodec.read(in, header);
        in.finish();
        int seen = columns.bodyStart(header.eventCount());
        if (seen != frame.unpackedBytes()) {
            throw in.failure(
                    "expected bodies of " + frame.unpackedBytes() + " bytes, but the entries add up to " + seen);
        }
        return columns;
    }

    /** Each body is exactly four length-prefixed fragments: afterwards {@link EventBatch#event} cannot fail. */
    private static void checkBodies(byte[] bodies, EventBatch.Columns columns) {
        for (int i = 0; i < columns.actions().length; i++) {
            ByteReader in = new ByteReader("batch body", bodies, columns.bodyStart(i), columns.bodyStart(i + 1));
            for (int fragment = 0; fragment < 4; fragment++) {
                in.skip(in.i32());
            }
            in.finish();
        }
    }
}
