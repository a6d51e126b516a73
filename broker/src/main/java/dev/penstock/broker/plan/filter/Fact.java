package dev.penstock.broker.plan.filter;

import dev.penstock.storage.model.Route;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A member of an event's metadata that needs no body. */
enum Fact {
    ACTION("action", Kind.TEXT),
    STREAM("stream", Kind.TEXT),
    DATABASE("database", Kind.TEXT),
    SCHEMA("schema", Kind.TEXT),
    TABLE("table", Kind.TEXT),
    COMMIT_LSN("commit_lsn", Kind.TEXT),
    COMMIT_ORDINAL("commit_ordinal", Kind.NUMBER),
    COMMIT_TIMESTAMP("commit_timestamp", Kind.TIME),
    XID("xid", Kind.NUMBER);

    private final String word;
    private final Kind kind;

    Fact(String word, Kind kind) {
        this.word = word;
        this.kind = kind;
    }

    String word() {
        return word;
    }

    Kind kind() {
        return kind;
    }

    static Optional<Fact> named(String word) {
        return Arrays.stream(values()).filter(fact -> fact.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Fact::word).toList();
    }

    Value of(EventAt event) {
        int i = event.index();
        return switch (this) {
            case ACTION -> new Value.Text(event.columns().action(i).word());
            // A stream is named after its source.
            case STREAM -> new Value.Text(event.header().source());
            case DATABASE -> new Value.Text(event.header().database());
            case SCHEMA -> ofTable(event.route(), event.route().schema());
            case TABLE -> ofTable(event.route(), event.route().name());
            case COMMIT_LSN ->
                new Value.Text(event.columns().position(i).commitLsn().toString());
            case COMMIT_ORDINAL -> Value.Numeric.of(event.columns().position(i).ordinal());
            case COMMIT_TIMESTAMP -> new Value.Time(moment(event.columns().commitMicros(i)));
            case XID -> {
                int xid = event.columns().xid(i);
                yield xid == 0 ? Value.Missing.NULL : Value.Numeric.of(Integer.toUnsignedLong(xid));
            }
        };
    }

    private static Value ofTable(Route route, String text) {
        return route.kind() == Route.Kind.TABLE ? new Value.Text(text) : Value.Missing.NULL;
    }

    private static Instant moment(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
}
