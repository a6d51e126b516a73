package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.feed.SourceSession.KeyFacts;
import dev.penstock.replicator.pgoutput.MalformedMessageException;
import dev.penstock.replicator.pgoutput.Relation;
import dev.penstock.replicator.pgoutput.TypeFacts;
import dev.penstock.replicator.render.EventTooLargeException;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.replicator.render.TableRenderer;
import dev.penstock.replicator.render.TypeRenderers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables that one connection has announced, ready to render. A new announcement replaces the old one wholly. The
 * catalog is asked only for what the stream does not say (key order, element types), never for how to decode a row.
 */
final class RelationCache {

    private static final KeyFacts NO_KEY = new KeyFacts(List.of(), false);

    private final SourceSession session;
    private final JsonBytes out;
    private final Map<Integer, TableRenderer> tables = new HashMap<>();
    private final Map<Integer, TypeFacts> types = new HashMap<>();

    RelationCache(SourceSession session, JsonBytes out) {
        this.session = session;
        this.out = out;
    }

    void announce(Relation relation) throws SourceFault, EventTooLargeException {
        List<Integer> unknown = relation.columns().stream()
                .map(Relation.Column::type)
                .filter(type -> Integer.compareUnsigned(type, TypeRenderers.FIRST_USER_OID) >= 0)
                .filter(type -> !types.containsKey(type))
                .distinct()
                .toList();
        if (!unknown.isEmpty()) {
            types.putAll(session.types(unknown));
        }
        KeyFacts key = session.keys(relation.oid()).orElse(NO_KEY);
        tables.put(relation.oid(), new TableRenderer(relation, key.primaryKey(), key.deferrable(), types, out));
    }

    TableRenderer table(int oid) throws MalformedMessageException {
        TableRenderer table = tables.get(oid);
        if (table == null) {
            throw new MalformedMessageException(
                    "expected relation " + Integer.toUnsignedString(oid) + " to be announced before its first row");
        }
        return table;
    }
}
