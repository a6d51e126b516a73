package dev.penstock.replicator.pgoutput;

import java.util.List;

/**
 * A table's shape, as this connection sent it. Rows are decoded by this and never by the live catalog, which may be ahead.
 *
 * @param oid 32 bits, unsigned
 * @param identity what old rows are known by
 */
public record Relation(int oid, String schema, String name, Identity identity, List<Column> columns)
        implements PgOutputMessage {

    /** REPLICA IDENTITY of a table. */
    public enum Identity {
        DEFAULT,
        NOTHING,
        FULL,
        INDEX;

        static Identity ofCode(byte code) throws MalformedMessageException {
            return switch (code) {
                case 'd' -> DEFAULT;
                case 'n' -> NOTHING;
                case 'f' -> FULL;
                case 'i' -> INDEX;
                default ->
                    throw new MalformedMessageException(
                            "expected a replica identity d, n, f or i, but got byte " + (code & 0xff));
            };
        }
    }

    /**
     * @param identity part of the replica identity: sent in a key tuple
     * @param type type oid, 32 bits, unsigned
     */
    public record Column(String name, boolean identity, int type) {}

    public Relation {
        columns = List.copyOf(columns);
    }
}
