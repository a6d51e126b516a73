package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.ServerFacts;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.TimelineSwitch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether the slot can still supply, and prove, everything after what the log holds. Pure: compares what Postgres says
 * with what the log says, at each connection, before the first byte is read.
 */
final class GapCheck {

    private final SourceState state;
    private final ServerFacts server;

    GapCheck(SourceState state, ServerFacts server) {
        this.state = state;
        this.server = server;
    }

    void server() throws SourceFault.Gap {
        Evidence evidence = Evidence.parse(state.systemId());
        if (!evidence.systemId().equals(server.systemId())) {
            throw gap(
                    "system_changed",
                    "this is another Postgres cluster than the one the source began with (system identifier "
                            + server.systemId() + " instead of " + evidence.systemId()
                            + "): it was restored, upgraded or replaced",
                    server.walEnd());
        }
        // Everything that was sent to us was on the server's disk: a shorter WAL is an older copy of the server.
        if (state.bound().isAfter(server.walEnd())) {
            throw gap(
                    "wal_regressed",
                    "the server's WAL ends at " + server.walEnd() + ", before " + state.bound()
                            + " which it had sent: it lost committed changes, or is an older copy",
                    server.walEnd());
        }
    }

    void publication(String name, OptionalLong oid) throws SourceFault.Gap {
        // Not the bound: without a publication the stream goes on in silence, and the bound with it.
        Lsn supplied = state.last().commitLsn().max(state.consistentPoint());
        publication(state, name, oid, supplied, server.walEnd());
    }

    /** @param supplied up to where the publication is known to have been there */
    static void publication(SourceState state, String name, OptionalLong oid, Lsn supplied, Lsn walEnd)
            throws SourceFault.Gap {
        if (oid.isEmpty()) {
            throw new SourceFault.Gap(
                    "publication_missing",
                    "publication '" + name + "' was dropped: changes made since then are not in the slot's stream",
                    supplied,
                    walEnd);
        }
        OptionalLong expected = Evidence.parse(state.systemId()).publicationOid();
        if (expected.isPresent() && expected.getAsLong() != oid.getAsLong()) {
            throw new SourceFault.Gap(
                    "publication_recreated",
                    "publication '" + name
                            + "' was dropped and created again: changes made between are not in the slot's stream",
                    supplied,
                    walEnd);
        }
    }

    SlotFacts slot(String name, Optional<SlotFacts> slot) throws SourceFault.Gap {
        if (slot.isEmpty()) {
            throw gap("slot_missing", "replication slot '" + name + "' was dropped", server.walEnd());
        }
        SlotFacts facts = slot.get();
        if (!facts.plugin().equals("pgoutput") || !facts.database().equals(server.database()) || facts.temporary()) {
            throw gap(
                    "slot_replaced",
                    "replication slot '" + name + "' is not the one the source began with: it is of plug-in '"
                            + facts.plugin() + "' and database '" + facts.database() + "'",
                    server.walEnd());
        }
        if (!facts.lostBecause().isEmpty()) {
            throw gap(
                    "slot_invalidated",
                    "Postgres invalidated replication slot '" + name + "' (" + facts.lostBecause()
                            + "): raise max_slot_wal_keep_size or idle_replication_slot_timeout for the next one",
                    server.walEnd());
        }
        if (facts.confirmed().isAfter(state.bound())) {
            throw gap(
                    "slot_advanced",
                    "replication slot '" + name + "' stands at " + facts.confirmed() + ", beyond " + state.bound()
                            + " to which this source confirmed it: it was advanced by another consumer, or dropped and"
                            + " created again",
                    facts.confirmed());
        }
        return facts;
    }

    /**
     * A promoted standby continues our history only if it had everything that we stored: the commit record of our last
     * event must lie before the place where it left the old timeline.
     *
     * <p>Only switches after the timeline that the log knows are judged: it is recorded before anything of it is stored. A
     * standby can be promoted while we read from it, and nothing tells us then; a switch that the slot's confirmed position
     * lies beyond was passed so, as only this source moves that position.
     */
    void timeline(List<TimelineSwitch> history, Lsn slotConfirmed) throws SourceFault.Gap {
        if (server.timeline() == state.timeline()) {
            return;
        }
        boolean ours = false;
        for (TimelineSwitch end : history) {
            ours |= end.timeline() == state.timeline();
            if (!ours || slotConfirmed.isAfter(end.end())) {
                continue;
            }
            if (!end.end().isAfter(state.last().commitLsn())) {
                throw gap(
                        "timeline_diverged",
                        "the server was promoted at " + end.end() + " on timeline " + end.timeline()
                                + ", without the changes up to " + state.last().commitLsn()
                                + " that the log holds: these never happened there",
                        end.end());
            }
            return;
        }
        if (!ours) {
            throw gap(
                    "timeline_diverged",
                    "the server's timeline " + server.timeline() + " does not descend from timeline " + state.timeline()
                            + ", with which the source began",
                    server.walEnd());
        }
    }

    private SourceFault.Gap gap(String code, String sentence, Lsn to) {
        return new SourceFault.Gap(code, sentence, state.bound(), to);
    }
}
