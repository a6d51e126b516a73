package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.Health;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.SlotHolder;
import dev.penstock.replicator.feed.SourceSession.TimelineSwitch;
import dev.penstock.storage.model.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The slot seen from outside: facts, creation, holder, health. One thread. */
final class SlotAdmin {

    /** invalidation_reason is there from 17 on; before, a lost slot shows only in wal_status. */
    private static final String FACTS = """
        select coalesce(plugin, ''), coalesce(database, ''), temporary, cast(confirmed_flush_lsn as text),
          coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason',
            case when wal_status = 'lost' then 'wal_removed' else '' end),
          coalesce(active_pid, 0)
        from pg_catalog.pg_replication_slots s where slot_name = ?
        """;

    private static final String HEALTH = """
        select (select oid from pg_catalog.pg_publication where pubname = ?),
          cast(case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
            else pg_catalog.pg_current_wal_flush_lsn() end as text),
          (select cast(pg_catalog.pg_wal_lsn_diff(case when pg_catalog.pg_is_in_recovery()
              then pg_catalog.pg_last_wal_replay_lsn() else pg_catalog.pg_current_wal_lsn() end, restart_lsn) as bigint)
            from pg_catalog.pg_replication_slots where slot_name = ?)
        """;

    private final PgSettings settings;
    private final Connection admin;
    private final Connection replication;
    private final CreationLimit creationLimit;

    SlotAdmin(PgSettings settings, Connection admin, Connection replication, CreationLimit creationLimit) {
        this.settings = settings;
        this.admin = admin;
        this.replication = replication;
        this.creationLimit = creationLimit;
    }

    Optional<SlotFacts> facts() throws SourceFault {
        return facts(settings, admin);
    }

    static Optional<SlotFacts> facts(PgSettings settings, Connection admin) throws SourceFault {
        try (PreparedStatement statement = admin.prepareStatement(FACTS)) {
            statement.setString(1, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                String confirmed = row.getString(4);
                return Optional.of(new SlotFacts(
                        row.getString(1),
                        row.getString(2),
                        row.getBoolean(3),
                        confirmed == null ? Lsn.ZERO : Lsn.parse(confirmed),
                        row.getString(5),
                        row.getInt(6)));
            }
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up slot '" + settings.slot() + "'");
        }
    }

    /** Waits for every transaction that writes; after a while we say which, and try again. */
    Lsn create() throws SourceFault {
        try (Statement statement = replication.createStatement()) {
            // The driver cancels it: statement_timeout does not hold for replication commands.
            statement.setQueryTimeout(creationLimit.nextSeconds());
            // The old spelling of the option, which every version from 14 to 18 takes.
            try (ResultSet row = statement.executeQuery("CREATE_REPLICATION_SLOT " + SqlFaults.quoted(settings.slot())
                    + " LOGICAL pgoutput NOEXPORT_SNAPSHOT")) {
                row.next();
                return Lsn.parse(row.getString("consistent_point"));
            }
        } catch (SQLException e) {
            if ("57014".equals(e.getSQLState())) {
                throw new SourceFault.Retry(
                        "slot_creation_blocked",
                        "creating slot '" + settings.slot() + "' waits for open transactions to end: " + blockers()
                                + "; end them, or wait",
                        e);
            }
            throw SqlFaults.of(e, settings, "creating slot '" + settings.slot() + "'");
        }
    }

    private String blockers() throws SourceFault {
        String sql =
                "select coalesce((select pg_catalog.string_agg('pid ' || pid, ', ') from pg_catalog.pg_stat_activity"
                        + " where backend_xid is not null), 'no backend') || coalesce((select ', prepared ' ||"
                        + " pg_catalog.string_agg(pg_catalog.quote_literal(gid), ', ') from pg_catalog.pg_prepared_xacts),"
                        + " '')";
        try (Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up open transactions");
        }
    }

    List<TimelineSwitch> timelineHistory(int timeline) throws SourceFault {
        if (timeline == 1) {
            return List.of();
        }
        try (Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            row.next();
            return history(row.getString("content"));
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "reading the history of timeline " + timeline);
        }
    }

    /** Lines of {@code timeline, switch LSN, reason}; comments begin with #. */
    private static List<TimelineSwitch> history(String content) {
        List<TimelineSwitch> switches = new ArrayList<>();
        for (String line : content.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", 3);
            if (fields.length >= 2 && !fields[0].startsWith("#")) {
                switches.add(new TimelineSwitch(Integer.parseInt(fields[0]), Lsn.parse(fields[1])));
            }
        }
        return switches;
    }

    Optional<SlotHolder> holder() throws SourceFault {
        return holder(settings, admin);
    }

    static Optional<SlotHolder> holder(PgSettings settings, Connection admin) throws SourceFault {
        String sql = "select s.active_pid, coalesce(a.application_name, '') from pg_catalog.pg_replication_slots s"
                + " left join pg_catalog.pg_stat_activity a on a.pid = s.active_pid"
                + " where s.slot_name = ? and s.active_pid is not null";
        try (PreparedStatement statement = admin.prepareStatement(sql)) {
            statement.setString(1, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(new SlotHolder(row.getInt(1), row.getString(2))) : Optional.empty();
            }
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking up who reads slot '" + settings.slot() + "'");
        }
    }

    void terminate(SlotHolder holder) throws SourceFault {
        // The pid may have passed to another process meanwhile: only the one that still holds the slot is ended.
        String sql = "select pg_catalog.pg_terminate_backend(active_pid) from pg_catalog.pg_replication_slots"
                + " where slot_name = ? and active_pid = ?";
        try (PreparedStatement statement = admin.prepareStatement(sql)) {
            statement.setString(1, settings.slot());
            statement.setInt(2, holder.pid());
            statement.execute();
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "ending the predecessor that reads slot '" + settings.slot() + "'");
        }
    }

    Health health() throws SourceFault {
        try (PreparedStatement statement = admin.prepareStatement(HEALTH)) {
            statement.setString(1, settings.publication());
            statement.setString(2, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long oid = row.getLong(1);
                OptionalLong publication = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(oid);
                String end = row.getString(2);
                long retained = row.getLong(3);
                boolean unknown = row.wasNull();
                return new Health(publication, end == null ? Lsn.ZERO : Lsn.parse(end), unknown ? -1 : retained);
            }
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "looking at the health of slot '" + settings.slot() + "'");
        }
    }
}
