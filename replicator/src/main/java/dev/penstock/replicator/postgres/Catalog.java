package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.KeyFacts;
import dev.penstock.replicator.pgoutput.TypeFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Questions to the catalog about publication, tables and types, on the plain connection. One thread. */
final class Catalog {

    /** One row per column of the primary key; one row of nulls if the table has none; no row if there is no table. */
    private static final String KEYS = """
            select not i.indimmediate, a.attname
            from pg_catalog.pg_class c
            left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
            left join lateral pg_catalog.unnest(i.indkey) with ordinality k(attnum, place) on k.place <= i.indnkeyatts
            left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
            where c.oid = cast(? as pg_catalog.oid)
            order by k.place
            """;

    /** These types and all that they are made of. */
    private static final String TYPES = """
            with recursive made(id) as (
              select pg_catalog.unnest(cast(? as pg_catalog.oid[]))
              union
              select case when t.typbasetype <> 0 then t.typbasetype else t.typelem end
              from made join pg_catalog.pg_type t on t.oid = made.id
              where t.typbasetype <> 0 or (t.typcategory = 'A' and t.typelem <> 0)
            )
            select cast(t.oid as bigint), cast(t.typbasetype as bigint),
              cast(case when t.typcategory = 'A' then t.typelem else 0 end as bigint), coalesce(e.typdelim, ',')
            from made
            join pg_catalog.pg_type t on t.oid = made.id
            left join pg_catalog.pg_type e on e.oid = t.typelem
            """;

    private final PgSettings settings;
    private final Connection admin;

    Catalog(PgSettings settings, Connection admin) {
        this.settings = settings;
        this.admin = admin;
    }

    OptionalLong publicationOid() throws SourceFault {
        try (PreparedStatement statement =
                admin.prepareStatement("select oid from pg_catalog.pg_publication where pubname = ?")) {
            statement.setString(1, settings.publication());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up publication '" + settings.publication() + "'");
        }
    }

    void createPublication(List<String> tables) throws SourceFault {
        String sql = createPublicationSql(settings.publication(), tables);
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            if (state.equals("42710")) {
                return; // another node was faster
            }
            if (state.equals("42501")) {
                throw new SourceFault.Retry(
                        "publication_missing",
                        "publication '" + settings.publication() + "' does not exist and role '" + settings.user()
                                + "' may not create it: as the owner of the tables run " + sql,
                        e);
            }
            if (state.equals("42P01") || state.equals("3F000")) {
                throw new SourceFault.Retry(
                        "table_missing",
                        "a table to be published does not exist: correct the list of tables, or create it ("
                                + e.getMessage() + ")",
                        e);
            }
            throw SqlFaults.of(e, settings, "creating publication '" + settings.publication() + "'");
        }
    }

    static String createPublicationSql(String publication, List<String> tables) {
        return "CREATE PUBLICATION " + SqlFaults.quoted(publication) + " FOR TABLE "
                + tables.stream().map(Catalog::quotedTable).collect(Collectors.joining(", "));
    }

    static String quotedTable(String table) {
        return SqlFaults.quoted(schemaOf(table)) + "." + SqlFaults.quoted(nameOf(table));
    }

    /** {@code schema.table} is split at the first dot and the parts are taken as they are; without one, public. */
    static String schemaOf(String table) {
        int dot = table.indexOf('.');
        return dot < 0 ? "public" : table.substring(0, dot);
    }

    static String nameOf(String table) {
        return table.substring(table.indexOf('.') + 1);
    }

    Optional<KeyFacts> keys(int relation) throws SourceFault {
        try (PreparedStatement statement = admin.prepareStatement(KEYS)) {
            statement.setLong(1, Integer.toUnsignedLong(relation));
            boolean found = false;
            boolean deferrable = false;
            List<String> columns = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found = true;
                    deferrable = row.getBoolean(1);
                    String column = row.getString(2);
                    if (column != null) {
                        columns.add(column);
                    }
                }
            }
            return found ? Optional.of(new KeyFacts(columns, deferrable)) : Optional.empty();
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up the key of a table");
        }
    }

    Map<Integer, TypeFacts> types(Collection<Integer> oids) throws SourceFault {
        try (PreparedStatement statement = admin.prepareStatement(TYPES)) {
            statement.setString(
                    1, oids.stream().map(Integer::toUnsignedString).collect(Collectors.joining(",", "{", "}")));
            Map<Integer, TypeFacts> types = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.put(
                            (int) row.getLong(1),
                            new TypeFacts(
                                    (int) row.getLong(2),
                                    (int) row.getLong(3),
                                    row.getString(4).charAt(0)));
                }
            }
            return types;
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up types");
        }
    }
}
