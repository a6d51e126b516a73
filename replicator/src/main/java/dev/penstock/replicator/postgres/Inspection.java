package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.SlotHolder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a source's database that decides whether it can be set up, looked up without changing anything.
 *
 * @param version server_version_num, for example 180006
 * @param mayReplicate the role has REPLICATION, is superuser, or has a provider's role for it
 * @param publicationExists whether there is a publication of the configured name
 * @param mayCreatePublications the role has CREATE on the database
 * @param missingTables configured tables that do not exist
 * @param foreignTables configured tables that the role does not own
 * @param freeSlots replication slots that could still be created
 */
public record Inspection(
        int version,
        String walLevel,
        boolean mayReplicate,
        boolean publicationExists,
        boolean mayCreatePublications,
        List<String> missingTables,
        List<String> foreignTables,
        Optional<SlotFacts> slot,
        Optional<SlotHolder> slotHolder,
        int freeSlots,
        String database) {

    private static final String SERVER = """
            select cast(pg_catalog.current_setting('server_version_num') as int),
              pg_catalog.current_setting('wal_level'),
              r.rolreplication or r.rolsuper or exists (
                select from pg_catalog.pg_roles p where p.rolname in ('rds_replication', 'rds_superuser')
                  and pg_catalog.pg_has_role(p.oid, 'usage')),
              exists (select from pg_catalog.pg_publication where pubname = ?),
              pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create'),
              cast(pg_catalog.current_setting('max_replication_slots') as int)
                - (select cast(pg_catalog.count(*) as int) from pg_catalog.pg_replication_slots),
              pg_catalog.current_database()
            from pg_catalog.pg_roles r where r.rolname = current_user
            """;

    private static final String TABLE = """
            select pg_catalog.pg_has_role(c.relowner, 'usage')
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relname = ?
            """;

    /** @param tables {@code schema.table} each, that a publication would be created from */
    public static Inspection of(PgSettings settings, List<String> tables) throws SourceFault {
        Connection admin = PgConnections.admin(settings);
        try {
            return look(settings, tables, admin);
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "inspecting the database");
        } finally {
            PgConnections.abort(admin);
        }
    }

    /** Opens a replication connection and says who is there: privileges and pg_hba.conf are judged by the server itself. */
    public static void tryReplication(PgSettings settings) throws SourceFault {
        Connection replication = PgConnections.replication(settings);
        try {
            PgSession.identify(settings, replication);
        } finally {
            PgConnections.abort(replication);
        }
    }

    /** What the owner of the tables would run. */
    public static String createPublicationSql(String publication, List<String> tables) {
        return Catalog.createPublicationSql(publication, tables);
    }

    private static Inspection look(PgSettings settings, List<String> tables, Connection admin)
            throws SQLException, SourceFault {
        List<String> missing = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        for (String table : tables) {
            Boolean owned = owned(admin, table);
            if (owned == null) {
                missing.add(table);
            } else if (!owned) {
                foreign.add(table);
            }
        }
        try (PreparedStatement statement = admin.prepareStatement(SERVER)) {
            statement.setString(1, settings.publication());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Inspection(
                        row.getInt(1),
                        row.getString(2),
                        row.getBoolean(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        missing,
                        foreign,
                        SlotAdmin.facts(settings, admin),
                        SlotAdmin.holder(settings, admin),
                        row.getInt(6),
                        row.getString(7));
            }
        }
    }

    private static @Nullable Boolean owned(Connection admin, String table) throws SQLException {
        try (PreparedStatement statement = admin.prepareStatement(TABLE)) {
            statement.setString(1, Catalog.schemaOf(table));
            statement.setString(2, Catalog.nameOf(table));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBoolean(1) : null;
            }
        }
    }
}
