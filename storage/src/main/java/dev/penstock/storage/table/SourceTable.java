package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.ArrayList;
import java.util.List;

/** Sources. Key {@code 02 | stream id 4B}: a source is numbered as its stream. */
public final class SourceTable {

    private SourceTable() {}

    public static byte[] key(int streamId) {
        return RowKey.of(RowKey.SOURCE, streamId);
    }

    /** In order of id. */
    public static List<SourceState> all(KeyReader reader) {
        List<SourceState> sources = new ArrayList<>();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(RowKey.of(RowKey.SOURCE)))) {
            for (; cursor.isValid(); cursor.next()) {
                sources.add(decode(RowKey.intAt(cursor.key(), 1), cursor.value()));
            }
        }
        return sources;
    }

    public static byte[] encode(SourceState source) {
        ByteWriter out = RowValue.write(160)
                .text(source.name())
                .text(source.database())
                .text(source.slot())
                .text(source.publication())
                .u8(source.phase().code())
                .varint(source.epoch());
        ModelCodec.writePosition(out, source.last());
        return out.u8(source.lastInTransaction() ? 1 : 0)
                .i64(source.bound().value())
                .text(source.systemId())
                .zigzag(source.timeline())
                .i64(source.consistentPoint().value())
                .text(source.stopReason())
                .toBytes();
    }

    private static SourceState decode(int streamId, byte[] value) {
        ByteReader in = RowValue.read("source row", value);
        String name = in.text();
        String database = in.text();
        String slot = in.text();
        String publication = in.text();
        SourceState.Phase phase = phase(in.u8());
        int epoch = in.bounded("an epoch", Integer.MAX_VALUE);
        SourcePosition last = ModelCodec.readPosition(in);
        boolean lastInTransaction = in.flag("end of a transaction in a source row");
        Lsn bound = new Lsn(in.i64());
        String systemId = in.text();
        int timeline = in.integer("a timeline");
        Lsn consistentPoint = new Lsn(in.i64());
        String stopReason = in.text();
        in.finish();
        return new SourceState(
                name,
                streamId,
                database,
                slot,
                publication,
                phase,
                epoch,
                last,
                lastInTransaction,
                bound,
                systemId,
                timeline,
                consistentPoint,
                stopReason);
    }

    private static SourceState.Phase phase(int code) {
        if (code < 1 || code > 3) {
            throw new UnknownFormatException("source phase", code, "1 to 3");
        }
        return SourceState.Phase.ofCode(code);
    }
}
