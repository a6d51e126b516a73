package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.feed.SourceSession.ServerFacts;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.SlotHolder;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings a source from whatever the log knows of it to a running stream: intent, publication, slot, ready, in this order
 * and once; after ready nothing is created, and whatever is missing is a gap. One thread.
 */
final class Opening {

    private final SourceConfig config;
    private final SourceLog log;
    private final SourceSession session;
    private final ReaderName name;
    private final Runnable wake;
    private @Nullable CompletableFuture<SourceLog.Decision> awaited;
    private String awaitedFor = "";

    Opening(SourceConfig config, SourceLog log, SourceSession session, ReaderName name, Runnable wake) {
        this.config = config;
        this.log = log;
        this.session = session;
        this.name = name;
        this.wake = wake;
    }

    /** A stream and what the log knew when it was opened. */
    record Opened(SourceState state, ChangeFeed feed) {}

    /** Goes one step on; null while the log has not answered. */
    @Nullable
    Opened step() throws SourceFault {
        if (awaited != null) {
            if (!awaited.isDone()) {
                return null;
            }
            CompletableFuture<SourceLog.Decision> done = awaited;
            awaited = null;
            Outcomes.accepted(done, awaitedFor);
        }
        Optional<SourceState> known = log.state();
        // After the log's state was read: the server has at least what it had sent before that.
        ServerFacts server = session.identify();
        if (known.isEmpty()) {
            intend(server);
            return null;
        }
        SourceState state = known.get();
        fits(state, server);
        if (state.phase() == SourceState.Phase.INTENT) {
            create(server);
            return null;
        }
        return stream(state, server);
    }

    private void await(CompletableFuture<SourceLog.Decision> decision, String what) {
        awaited = decision;
        awaitedFor = what;
        Outcomes.wake(decision, wake);
    }

    private void intend(ServerFacts server) throws SourceFault {
        if (session.slot().isPresent()) {
            throw new SourceFault.Retry(
                    "slot_exists",
                    "replication slot '" + config.slot() + "' exists already, and this cluster did not create it: use"
                            + " another name, or, if nobody needs it, SELECT pg_drop_replication_slot('" + config.slot()
                            + "')");
        }
        publicationCanBe();
        await(
                log.intent(server.database(), config.slot(), config.publication()),
                "recording the intent to create slot '" + config.slot() + "'");
    }

    private void publicationCanBe() throws SourceFault {
        if (config.tables().isEmpty() && session.publicationOid().isEmpty()) {
            throw new SourceFault.Retry(
                    "publication_missing",
                    "publication '" + config.publication()
                            + "' does not exist and no tables are configured to create it from: name tables, or run"
                            + " CREATE PUBLICATION \"" + config.publication() + "\" FOR TABLE …");
        }
    }

    private void fits(SourceState state, ServerFacts server) throws SourceFault {
        if (!state.slot().equals(config.slot())
                || !state.publication().equals(config.publication())
                || !state.database().equals(server.database())) {
            throw new SourceFault.Retry(
                    "source_conflict",
                    "the log knows source '" + config.name() + "' with database '" + state.database() + "', slot '"
                            + state.slot() + "' and publication '" + state.publication()
                            + "': put these back into the configuration, or give the new ones another source name");
        }
    }

    /** Publication before slot: the slot's stream needs it from its first change on. */
    private void create(ServerFacts server) throws SourceFault {
        publicationCanBe();
        if (session.publicationOid().isEmpty()) {
            session.createPublication(config.tables());
        }
        OptionalLong publication = session.publicationOid();
        if (publication.isEmpty()) {
            throw new SourceFault.Retry(
                    "publication_missing", "publication '" + config.publication() + "' vanished while it was set up");
        }
        Optional<SlotFacts> present = session.slot();
        Lsn consistentPoint = present.isPresent() ? adopted(present.get(), server) : session.createSlot();
        if (consistentPoint.equals(Lsn.ZERO)) {
            throw new IllegalStateException("expected slot '" + config.slot() + "' to begin somewhere, but got 0/0");
        }
        await(
                log.ready(
                        Evidence.text(server.systemId(), publication.getAsLong()), server.timeline(), consistentPoint),
                "recording slot '" + config.slot() + "' as ready");
    }

    /** A slot of our name after the intent: an earlier leader created it and did not come to say so. */
    private Lsn adopted(SlotFacts slot, ServerFacts server) throws SourceFault {
        if (slot.database().equals(server.database()) && !slot.isAtRest()) {
            // Creation waits for open transactions, on the server also after its client died, and shows the slot
            // meanwhile. It would be gone with its creator: it is ended, and the slot created anew.
            takeOver();
            throw new SourceFault.Retry(
                    "slot_creation_pending",
                    "replication slot '" + config.slot() + "' was being created by an earlier leader (pid "
                            + slot.activePid() + "), which was told to end: it is created anew when that one is gone");
        }
        if (!slot.plugin().equals("pgoutput")
                || !slot.database().equals(server.database())
                || slot.temporary()
                || !slot.lostBecause().isEmpty()) {
            throw new SourceFault.Retry(
                    "slot_exists",
                    "replication slot '" + config.slot()
                            + "' exists, but cannot be used: expected a good, permanent one of"
                            + " plug-in pgoutput and database '"
                            + server.database() + "', but it is of plug-in '"
                            + slot.plugin() + "' and database '" + slot.database() + "'"
                            + (slot.lostBecause().isEmpty() ? "" : ", invalidated by " + slot.lostBecause())
                            + "; if nobody needs it, SELECT pg_drop_replication_slot('" + config.slot() + "')");
        }
        return slot.confirmed();
    }

    private @Nullable Opened stream(SourceState state, ServerFacts server) throws SourceFault {
        GapCheck check = new GapCheck(state, server);
        check.server();
        check.publication(config.publication(), session.publicationOid());
        SlotFacts slot = check.slot(config.slot(), session.slot());
        check.timeline(session.timelineHistory(server.timeline()), slot.confirmed());
        if (server.timeline() != state.timeline()) {
            // Before anything of it is read: what is stored from now on says nothing of how this timeline began.
            await(
                    log.timeline(state.last(), server.timeline()),
                    "recording that the server streams from timeline " + server.timeline());
            return null;
        }
        try {
            return new Opened(state, session.stream(state.bound()));
        } catch (SourceFault.SlotBusy busy) {
            takeOver();
            throw busy;
        }
    }

    /** Ends the present reader if it is a predecessor; the caller tries again shortly in any case. */
    private void takeOver() throws SourceFault {
        Optional<SlotHolder> holder = session.slotHolder();
        if (holder.isEmpty()) {
            return;
        }
        String reader = holder.get().applicationName();
        switch (name.judge(reader)) {
            case PREDECESSOR -> session.terminate(holder.get());
            case SUCCESSOR ->
                throw new SourceFault.Retry(
                        "newer_term",
                        "slot '" + config.slot() + "' is read by '" + reader
                                + "', a later leader of this cluster: this node is no longer the leader");
            case FOREIGN ->
                throw new SourceFault.Retry(
                        "slot_in_use",
                        "ANOTHER CONSUMER reads slot '" + config.slot() + "': application_name '" + reader + "', pid "
                                + holder.get().pid()
                                + ". Every change goes to it and is missing here: stop it, or configure another slot");
        }
    }
}
