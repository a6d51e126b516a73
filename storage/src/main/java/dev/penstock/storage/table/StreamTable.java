package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
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
        return RowValue.write(64)
                .text(stream.name())
                .varint(stream.earliest())
                .varint(stream.end())
                .varint(stream.bytes())
                .i64(stream.chain())
                .toBytes();
    }

    private static StreamState decode(int streamId, byte[] value) {
        ByteReader in = RowValue.read("stream row", value);
        String name = in.text();
        long earliest = in.varint();
        long end = in.varint();
        long bytes = in.varint();
        StreamState stream = new StreamState(streamId, name, earliest, end, bytes, in.i64());
        in.finish();
        return stream;
    }
}
