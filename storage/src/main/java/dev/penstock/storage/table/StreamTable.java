package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Streams. Key {@code 03 | stream id 4B}. */
public final class StreamTable {

    private StreamTable() {}

    public static byte[] key(int streamId) {
        return RowKey.of(RowKey.STREAM, streamId);
    }

    public static Optional<StreamState> get(KeyReader reader, int streamId) {
        return Optional.ofNullable(reader.get(Space.STATE, key(streamId))).map(value -> decode(streamId, value));
    }

    /** In order of id. */
    public static List<StreamState> all(KeyReader reader) {
        List<StreamState> streams = new ArrayList<>();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(RowKey.of(RowKey.STREAM)))) {
            for (; cursor.isValid(); cursor.next()) {
                streams.add(decode(RowKey.intAt(cursor.key(), 1), cursor.value()));
            }
        }
        return streams;
    }

    public static byte[] encode(StreamState stream) {
        ByteWriter out = RowValue.write(64)
                .text(stream.name())
                .varint(stream.earliest())
                .varint(stream.end())
                .varint(stream.bytes())
                .i64(stream.chain());
        ModelCodec.writeRetention(out, stream.retention());
        return out.toBytes();
    }

    private static StreamState decode(int streamId, byte[] value) {
        ByteReader in = RowValue.read("stream row", value);
        String name = in.text();
        long earliest = in.varint();
        long end = in.varint();
        long bytes = in.varint();
        long chain = in.i64();
        StreamState stream = new StreamState(streamId, name, earliest, end, bytes, chain, ModelCodec.readRetention(in));
        in.finish();
        return stream;
    }
}
