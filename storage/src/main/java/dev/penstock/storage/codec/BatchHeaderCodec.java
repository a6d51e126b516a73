package dev.penstock.storage.codec;

import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.util.ArrayList;
import java.util.List;

/** The header section of a batch: positions, end LSN, commit time, names, route dictionary. */
final class BatchHeaderCodec {

    private BatchHeaderCodec() {}

    static void write(ByteWriter out, BatchHeader header) {
        ModelCodec.writePosition(out, header.previous());
        ModelCodec.writePosition(out, header.first());
        ModelCodec.writePosition(out, header.last());
        out.i64(header.endLsn().value());
        out.i64(header.maxCommitMicros());
        out.text(header.source());
        out.text(header.database());
        out.varint(header.routes().size());
        for (Route route : header.routes()) {
            out.u8(route.kind().code());
            out.text(route.schema());
            out.text(route.name());
            out.varint(route.keyColumns().size());
            for (String column : route.keyColumns()) {
                out.text(column);
            }
        }
    }

    static BatchHeader read(ByteReader in, boolean lastInTransaction, int eventCount) {
        SourcePosition previous = ModelCodec.readPosition(in);
        SourcePosition first = ModelCodec.readPosition(in);
        SourcePosition last = ModelCodec.readPosition(in);
        if (!first.isAfter(previous) || first.isAfter(last)) {
            throw in.failure("expected rising positions, but got " + previous + ", " + first + ", " + last);
        }
        Lsn endLsn = new Lsn(in.i64());
        long maxCommitMicros = in.i64();
        String source = in.text();
        String database = in.text();
        List<Route> routes = routes(in);
        return new BatchHeader(
                source,
                database,
                previous,
                first,
                last,
                endLsn,
                lastInTransaction,
                eventCount,
                maxCommitMicros,
                routes);
    }

    private static List<Route> routes(ByteReader in) {
        int count = in.count("routes", 4);
        List<Route> routes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int kind = in.u8();
            if (kind < 1 || kind > 3) {
                throw new UnknownFormatException("route kind", kind, "1 to 3");
            }
            String schema = in.text();
            String name = in.text();
            int columns = in.count("key columns", 1);
            List<String> keyColumns = new ArrayList<>(columns);
            for (int c = 0; c < columns; c++) {
                keyColumns.add(in.text());
            }
            routes.add(new Route(Route.Kind.ofCode(kind), schema, name, keyColumns));
        }
        return routes;
    }
}
