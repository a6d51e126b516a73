package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.Checksums;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.BrokenStateException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.StreamState;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a checkpoint holds of the streams, in ranges with a digest each: a node that comes back keeps the ranges that it
 * has and takes only the others. Ranges are cut by offset alone, so they are the same on every node and, once full, for
 * ever. The bytes stand in docs/stored-format.md.
 *
 * @param index Raft index of the state that the manifest describes
 * @param stateDigest digest over its STATE rows
 */
public record RangeManifest(long term, long index, long stateDigest, int featureLevel, List<StreamRanges> streams) {

    /** A batch belongs to the range that its base offset falls in; some 50 MB of rows of 200 bytes. */
    public static final long RANGE_EVENTS = 1 << 18;

    private static final int MAGIC = 0x504d;
    private static final int VERSION = 1;
    private static final int CHECKSUM_AT = 4;
    private static final int MIN_RANGE_BYTES = 36;

    public record StreamRanges(int streamId, long earliest, long end, long chain, List<Range> ranges) {
        public StreamRanges {
            ranges = List.copyOf(ranges);
        }
    }

    /**
     * @param from base offset of its first batch
     * @param to offset after its last event
     * @param bytes of its batches
     * @param sha256 over base offset 8B, length 4B and bytes of each batch, in order; lower-case hexadecimal
     */
    public record Range(long from, long to, int batches, long bytes, String sha256) {}

    public RangeManifest {
        streams = List.copyOf(streams);
    }

    /** Reads every batch. */
    public static RangeManifest of(KeyReader reader) {
        MetaTable.Progress progress = MetaTable.progress(reader);
        List<StreamRanges> streams = new ArrayList<>();
        for (StreamState stream : StreamTable.all(reader)) {
            streams.add(new StreamRanges(
                    stream.id(), stream.earliest(), stream.end(), stream.chain(), rangesOf(reader, stream)));
        }
        int level = MetaTable.facts(MetaTable.storedFacts(reader)).featureLevel();
        return new RangeManifest(progress.term(), progress.index(), progress.digest(), level, streams);
    }

    private static List<Range> rangesOf(KeyReader reader, StreamState stream) {
        List<Range> ranges = new ArrayList<>();
        RangeDigest open = new RangeDigest();
        try (Cursor cursor = reader.cursor(Space.STATE, BatchFacts.range(stream.id(), stream.earliest()))) {
            for (; cursor.isValid(); cursor.next()) {
                BatchFacts facts = BatchFacts.at(cursor);
                if (open.batches > 0 && open.from / RANGE_EVENTS != facts.baseOffset() / RANGE_EVENTS) {
                    ranges.add(open.finish());
                    open = new RangeDigest();
                }
                byte[] batch = LogTable.get(reader, stream.id(), facts.baseOffset());
                if (batch == null || batch.length != facts.batchBytes()) {
                    throw new BrokenStateException("expected a batch of " + facts.batchBytes() + " bytes of stream "
                            + stream.id() + " at offset " + facts.baseOffset());
                }
                open.add(facts, batch);
            }
        }
        if (open.batches > 0) {
            ranges.add(open.finish());
        }
        return ranges;
    }

    private static final class RangeDigest {
        private final MessageDigest sha256 = StreamChain.sha256();
        private long from;
        private long to;
        private int batches;
        private long bytes;

        void add(BatchFacts facts, byte[] batch) {
            if (batches == 0) {
                from = facts.baseOffset();
            }
            to = facts.endOffset();
            batches++;
            bytes += batch.length;
            sha256.update(ByteBuffer.allocate(12)
                    .putLong(facts.baseOffset())
                    .putInt(batch.length)
                    .flip());
            sha256.update(batch);
        }

        Range finish() {
            return new Range(from, to, batches, bytes, HexFormat.of().formatHex(sha256.digest()));
        }
    }

    public byte[] encode() {
        ByteWriter out = new ByteWriter(256).u16(MAGIC).u8(VERSION).u8(0).i32(0);
        out.i64(term).i64(index).i64(stateDigest).u16(featureLevel);
        out.varint(streams.size());
        for (StreamRanges stream : streams) {
            out.i32(stream.streamId).varint(stream.earliest).varint(stream.end).i64(stream.chain);
            out.varint(stream.ranges.size());
            for (Range range : stream.ranges) {
                out.varint(range.from).varint(range.to).varint(range.batches).varint(range.bytes);
                out.raw(HexFormat.of().parseHex(range.sha256));
            }
        }
        return out.sealed(CHECKSUM_AT);
    }

    public static RangeManifest decode(byte[] bytes) {
        ByteReader in = new ByteReader("range manifest", bytes);
        int magic = in.u16();
        if (magic != MAGIC) {
            throw in.failure("expected a manifest to begin with 'PM', but got " + Integer.toHexString(magic));
        }
        int version = in.u8();
        int flags = in.u8();
        if (version != VERSION || flags != 0) {
            throw new UnknownFormatException("range manifest format", version, "format " + VERSION + " without flags");
        }
        in.i32();
        Checksums.check("range manifest", bytes, CHECKSUM_AT);
        long term = in.i64();
        long index = in.i64();
        long stateDigest = in.i64();
        int featureLevel = in.u16();
        int count = in.count("streams", 15);
        List<StreamRanges> streams = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            streams.add(readStream(in));
        }
        in.finish();
        return new RangeManifest(term, index, stateDigest, featureLevel, streams);
    }

    private static StreamRanges readStream(ByteReader in) {
        int streamId = in.i32();
        long earliest = in.nonNegative("an offset");
        long end = in.nonNegative("an offset");
        long chain = in.i64();
        int count = in.count("ranges", MIN_RANGE_BYTES);
        List<Range> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long from = in.nonNegative("an offset");
            long to = in.nonNegative("an offset");
            int batches = in.bounded("a count of batches", Integer.MAX_VALUE);
            long length = in.nonNegative("a length");
            ranges.add(new Range(from, to, batches, length, HexFormat.of().formatHex(in.raw(32))));
        }
        return new StreamRanges(streamId, earliest, end, chain, ranges);
    }
}
