package dev.penstock.replicator.feed;

import dev.penstock.replicator.pgoutput.TypeFacts;
import dev.penstock.storage.model.Lsn;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One visit to the source database: catalog questions, and at most one stream. One thread. Calls block briefly. */
public interface SourceSession extends AutoCloseable {

    /** As of now. Not once the stream runs. */
    ServerFacts identify() throws SourceFault;

    Optional<SlotFacts> slot() throws SourceFault;

    /** The oid of the publication; empty if there is none of its name. */
    OptionalLong publicationOid() throws SourceFault;

    /** @param tables {@code schema.table} each; not empty */
    void createPublication(List<String> tables) throws SourceFault;

    /** Creates the slot and returns its consistent point: later commits will be sent. */
    Lsn createSlot() throws SourceFault;

    /** Where the timelines before this one ended, oldest first. */
    List<TimelineSwitch> timelineHistory(int timeline) throws SourceFault;

    /** Who reads the slot now. */
    Optional<SlotHolder> slotHolder() throws SourceFault;

    void terminate(SlotHolder holder) throws SourceFault;

    /** Begins to read at {@code from} or where the slot is, whichever is later. Once per session. */
    ChangeFeed stream(Lsn from) throws SourceFault;

    /** The keys of a table as the catalog has them now; empty if there is no such table any more. */
    Optional<KeyFacts> keys(int relation) throws SourceFault;

    /** What is known of these types and of the types that they are made of. */
    Map<Integer, TypeFacts> types(Collection<Integer> oids) throws SourceFault;

    Health health() throws SourceFault;

    /** Cuts the connections. Never blocks, never throws. */
    @Override
    void close();

    /**
     * @param walEnd how far the server's WAL is on disk
     */
    record ServerFacts(String database, String systemId, int timeline, Lsn walEnd) {}

    /**
     * @param plugin empty for a physical slot
     * @param database empty for a physical slot
     * @param confirmed 0/0 while the slot is still being created
     * @param lostBecause why the slot is invalid; empty while it is good
     * @param activePid of the process that reads or creates it; 0 if none does
     */
    record SlotFacts(
            String plugin, String database, boolean temporary, Lsn confirmed, String lostBecause, int activePid) {

        /** Created to its end and not in use: a slot in the making is gone as soon as its creator is. */
        public boolean isAtRest() {
            return activePid == 0 && !confirmed.equals(Lsn.ZERO);
        }
    }

    /** @param end the first LSN that is not of this timeline */
    record TimelineSwitch(int timeline, Lsn end) {}

    record SlotHolder(int pid, String applicationName) {}

    /**
     * @param primaryKey columns in key order; empty if the table has none
     * @param deferrable true if the primary key is deferrable, and so no replica identity
     */
    record KeyFacts(List<String> primaryKey, boolean deferrable) {}

    /** @param retainedWalBytes WAL that the slot holds back, -1 if unknown */
    record Health(OptionalLong publicationOid, Lsn walEnd, long retainedWalBytes) {}
}
