package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.StreamChain;

/** The life of a source: intent, ready, bound, timeline, resume. Touches at most four rows. */
final class SourceHandler {

    private static final int FIRST_EPOCH = 1;

    private final Catalog catalog;

    SourceHandler(Catalog catalog) {
        this.catalog = catalog;
    }

    Reply intent(Command.SourceIntent c) {
        if (!Names.isValid(c.source())) {
            return Refusal.malformed("expected a source name of " + Names.RULE);
        }
        SourceState known = catalog.source(c.source()).orElse(null);
        if (known != null) {
            boolean same = known.database().equals(c.database())
                    && known.slot().equals(c.slot())
                    && known.publication().equals(c.publication());
            return same
                    ? new Reply.SourceOpened(known.streamId())
                    : conflict(
                            known,
                            "database " + known.database() + ", slot " + known.slot() + ", publication "
                                    + known.publication());
        }
        if (catalog.hasStream(c.source())) {
            return new Rejected(
                    Rejection.SOURCE_CONFLICT, "expected a new name, but a stream " + c.source() + " exists");
        }
        MetaTable.Facts facts = catalog.facts();
        int streamId = facts.nextStreamId();
        catalog.facts(
                new MetaTable.Facts(facts.clockMillis(), facts.featureLevel(), streamId + 1, facts.nextGroupId()));
        catalog.put(new StreamState(streamId, c.source(), 0, 0, 0, StreamChain.EMPTY, Retention.UNLIMITED));
        catalog.put(new SourceState(
                c.source(),
                streamId,
                c.database(),
                c.slot(),
                c.publication(),
                Phase.INTENT,
                FIRST_EPOCH,
                SourcePosition.ORIGIN,
                true,
                Lsn.ZERO,
                "",
                0,
                Lsn.ZERO,
                ""));
        return new Reply.SourceOpened(streamId);
    }

    /** What the slot begins at may be confirmed: the slot itself holds nothing before it. */
    Reply ready(Command.SourceReady c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() == Phase.STOPPED) {
            return stopped(source);
        }
        if (source.phase() == Phase.READY) {
            boolean same = source.systemId().equals(c.systemId())
                    && source.timeline() == c.timeline()
                    && source.consistentPoint().equals(c.consistentPoint());
            return same
                    ? new Reply.Done()
                    : conflict(source, "ready since " + source.consistentPoint() + " on timeline " + source.timeline());
        }
        catalog.put(with(
                source,
                Phase.READY,
                source.epoch(),
                source.slot(),
                true,
                c.consistentPoint(),
                c.systemId(),
                c.timeline(),
                c.consistentPoint(),
                ""));
        return new Reply.Done();
    }

    Reply bound(Command.SourceBound c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() == Phase.STOPPED) {
            return stopped(source);
        }
        if (source.phase() != Phase.READY) {
            return conflict(source, "not ready");
        }
        if (!source.last().equals(c.previous())) {
            return new Reply.Mismatch(source.last());
        }
        if (!source.lastInTransaction()) {
            return conflict(source, "in the middle of a transaction at " + source.last());
        }
        if (c.bound().isAfter(source.bound())) {
            catalog.put(moved(source, source.last(), true, c.bound()));
        }
        return new Reply.Done();
    }

    /** Compared with what is stored, because that is what the promotion was judged by. Timelines only rise. */
    Reply timeline(Command.SourceTimeline c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() == Phase.STOPPED) {
            return stopped(source);
        }
        if (source.phase() != Phase.READY) {
            return conflict(source, "not ready");
        }
        if (c.timeline() == source.timeline()) {
            return new Reply.Done();
        }
        if (c.timeline() < source.timeline()) {
            return conflict(source, "on timeline " + source.timeline() + ", which only a later one can follow");
        }
        if (!source.last().equals(c.previous())) {
            return new Reply.Mismatch(source.last());
        }
        catalog.put(with(
                source,
                Phase.READY,
                source.epoch(),
                source.slot(),
                source.lastInTransaction(),
                source.bound(),
                source.systemId(),
                c.timeline(),
                source.consistentPoint(),
                ""));
        return new Reply.Done();
    }

    /** Nothing of the old epoch can come any more: what was half stored stays so, as the gap event says. */
    Reply resume(Command.ResumeSource c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() != Phase.STOPPED) {
            boolean same = source.epoch() == c.epoch()
                    && source.slot().equals(c.slot())
                    && source.systemId().equals(c.systemId())
                    && source.timeline() == c.timeline()
                    && source.consistentPoint().equals(c.consistentPoint());
            return same ? new Reply.Done() : conflict(source, "not stopped");
        }
        if (!source.last().equals(c.previous())) {
            return new Reply.Mismatch(source.last());
        }
        if (c.epoch() != source.epoch() + 1) {
            return conflict(source, "in epoch " + source.epoch() + ", which only the next one can follow");
        }
        catalog.put(with(
                source,
                Phase.READY,
                c.epoch(),
                c.slot(),
                true,
                c.consistentPoint(),
                c.systemId(),
                c.timeline(),
                c.consistentPoint(),
                ""));
        return new Reply.Done();
    }

    static Rejected stopped(SourceState source) {
        return new Rejected(
                Rejection.SOURCE_STOPPED,
                "source " + source.name() + " is stopped (" + source.stopReason()
                        + "); an operator must accept the gap first");
    }

    static Rejected conflict(SourceState source, String fact) {
        return new Rejected(Rejection.SOURCE_CONFLICT, "source " + source.name() + " is known as: " + fact);
    }

    static SourceState moved(SourceState source, SourcePosition last, boolean lastInTransaction, Lsn bound) {
        return new SourceState(
                source.name(),
                source.streamId(),
                source.database(),
                source.slot(),
                source.publication(),
                source.phase(),
                source.epoch(),
                last,
                lastInTransaction,
                bound,
                source.systemId(),
                source.timeline(),
                source.consistentPoint(),
                source.stopReason());
    }

    static SourceState stoppedFor(SourceState source, String reason) {
        return with(
                source,
                Phase.STOPPED,
                source.epoch(),
                source.slot(),
                source.lastInTransaction(),
                source.bound(),
                source.systemId(),
                source.timeline(),
                source.consistentPoint(),
                reason);
    }

    private static SourceState with(
            SourceState source,
            Phase phase,
            int epoch,
            String slot,
            boolean lastInTransaction,
            Lsn bound,
            String systemId,
            int timeline,
            Lsn consistentPoint,
            String stopReason) {
        return new SourceState(
                source.name(),
                source.streamId(),
                source.database(),
                slot,
                source.publication(),
                phase,
                epoch,
                source.last(),
                lastInTransaction,
                bound,
                systemId,
                timeline,
                consistentPoint,
                stopReason);
    }
}
