package dev.penstock.storage.model;

import java.util.List;

/**
 * Where an event belongs: a table, a logical-message prefix, or the source itself (gaps). Every batch carries the routes
 * it uses, so that a batch is understood without any other state, and can be skipped by a reader that wants none of them.
 *
 * @param schema schema of the table; empty for a message prefix and for the source
 * @param name table name or message prefix; empty for the source
 * @param keyColumns primary key (else identity index) columns in key order; empty where there is none
 */
public record Route(Kind kind, String schema, String name, List<String> keyColumns) {

    /** The code is stored format: never renumber. */
    public enum Kind {
        TABLE(1),
        MESSAGE(2),
        SOURCE(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        public static Kind ofCode(int code) {
            return switch (code) {
                case 1 -> TABLE;
                case 2 -> MESSAGE;
                case 3 -> SOURCE;
                default -> throw new IllegalArgumentException("expected a route kind 1 to 3, but got " + code);
            };
        }
    }

    public static final Route SOURCE = new Route(Kind.SOURCE, "", "", List.of());

    public Route {
        keyColumns = List.copyOf(keyColumns);
    }

    public static Route table(String schema, String table, List<String> keyColumns) {
        return new Route(Kind.TABLE, schema, table, keyColumns);
    }

    public static Route message(String prefix) {
        return new Route(Kind.MESSAGE, "", prefix, List.of());
    }
}
