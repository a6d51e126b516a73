package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.pgoutput.TypeFacts;
import dev.penstock.storage.model.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A replication connection, for the slot and its stream, and a plain one beside it, for the catalog. One thread, but for
 * {@link PgServer#abort()}.
 */
final class PgSession implements SourceSession {

    private final PgSettings settings;
    private final Connection admin;
    private final Connection replication;
    private final Consumer<Connection> forget;
    private final Catalog catalog;
    private final SlotAdmin slots;

    PgSession(
            PgSettings settings,
            Connection admin,
            Connection replication,
            CreationLimit creationLimit,
            Consumer<Connection> forget) {
        this.settings = settings;
        this.admin = admin;
        this.replication = replication;
        this.forget = forget;
        this.catalog = new Catalog(settings, admin);
        this.slots = new SlotAdmin(settings, admin, replication, creationLimit);
    }

    static ServerFacts identify(PgSettings settings, Connection replication) throws SourceFault {
        try (Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return new ServerFacts(
                    row.getString("dbname"),
                    row.getString("systemid"),
                    row.getInt("timeline"),
                    Lsn.parse(row.getString("xlogpos")));
        } catch (SQLException e) {
            throw SqlFaults.of(e, settings, "identifying the server");
        }
    }

    @Override
    public ServerFacts identify() throws SourceFault {
        return identify(settings, replication);
    }

    @Override
    public Optional<SlotFacts> slot() throws SourceFault {
        return slots.facts();
    }

    @Override
    public OptionalLong publicationOid() throws SourceFault {
        return catalog.publicationOid();
    }

    @Override
    public void createPublication(List<String> tables) throws SourceFault {
        catalog.createPublication(tables);
    }

    @Override
    public Lsn createSlot() throws SourceFault {
        return slots.create();
    }

    @Override
    public List<TimelineSwitch> timelineHistory(int timeline) throws SourceFault {
        return slots.timelineHistory(timeline);
    }

    @Override
    public Optional<SlotHolder> slotHolder() throws SourceFault {
        return slots.holder();
    }

    @Override
    public void terminate(SlotHolder holder) throws SourceFault {
        slots.terminate(holder);
    }

    @Override
    public ChangeFeed stream(Lsn from) throws SourceFault {
        return SlotReader.start(settings, replication, from);
    }

    @Override
    public Optional<KeyFacts> keys(int relation) throws SourceFault {
        return catalog.keys(relation);
    }

    @Override
    public Map<Integer, TypeFacts> types(Collection<Integer> oids) throws SourceFault {
        return catalog.types(oids);
    }

    @Override
    public Health health() throws SourceFault {
        return slots.health();
    }

    @Override
    public void close() {
        forget.accept(admin);
        forget.accept(replication);
        PgConnections.abort(replication);
        PgConnections.abort(admin);
    }
}
