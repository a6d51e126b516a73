package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The part of the {@link Model} about sources and what they stored. */
final class ModelSources {

    /** A batch: the offset after its last event, its length, log time at which it was stored. */
    record Stored(long end, long bytes, long clock) {}

    static final class Source {
        String name = "";
        String database = "";
        String slot = "";
        String publication = "";
        Phase phase = Phase.INTENT;
        int epoch = 1;
        SourcePosition last = SourcePosition.ORIGIN;
        boolean lastInTransaction = true;
        Lsn bound = Lsn.ZERO;
        String evidence = "";
        int timeline;
        long earliest;
        long end;
        long bytes;
        Retention retention = Retention.UNLIMITED;
        List<Stored> batches = new ArrayList<>();
    }

    /** By stream id. */
    final Map<Integer, Source> all = new HashMap<>();

    private int nextStream = 1;

    int nextStreamId() {
        return nextStream++;
    }

    Reply intent(Command.SourceIntent c) {
        for (Map.Entry<Integer, Source> known : all.entrySet()) {
            Source s = known.getValue();
            if (s.name.equals(c.source())) {
                boolean same = s.database.equals(c.database())
                        && s.slot.equals(c.slot())
                        && s.publication.equals(c.publication());
                return same ? new Reply.SourceOpened(known.getKey()) : Model.no(Rejection.SOURCE_CONFLICT);
            }
        }
        Source s = new Source();
        s.name = c.source();
        s.database = c.database();
        s.slot = c.slot();
        s.publication = c.publication();
        all.put(nextStream, s);
        return new Reply.SourceOpened(nextStream++);
    }

    private static String evidence(String systemId, Lsn point) {
        return systemId + "@" + point;
    }

    Reply ready(Command.SourceReady c) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        String evidence = evidence(c.systemId(), c.consistentPoint());
        switch (s.phase) {
            case STOPPED -> {
                return Model.no(Rejection.SOURCE_STOPPED);
            }
            case READY -> {
                return s.evidence.equals(evidence) && s.timeline == c.timeline()
                        ? new Reply.Done()
                        : Model.no(Rejection.SOURCE_CONFLICT);
            }
            case INTENT -> {
                s.phase = Phase.READY;
                s.evidence = evidence;
                s.timeline = c.timeline();
                s.bound = c.consistentPoint();
                s.lastInTransaction = true;
            }
        }
        return new Reply.Done();
    }

    Reply append(Command.Append c, long clock) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        if (s.phase != Phase.READY) {
            return Model.no(s.phase == Phase.STOPPED ? Rejection.SOURCE_STOPPED : Rejection.SOURCE_CONFLICT);
        }
        return store(s, c.batch(), clock);
    }

    private Reply store(Source s, byte[] batch, long clock) {
        BatchHeader header;
        try {
            header = BatchCodec.decode(batch).header();
        } catch (StoredFormatException e) {
            return Model.no(Rejection.MALFORMED);
        }
        if (!header.source().equals(s.name)) {
            return Model.no(Rejection.MALFORMED);
        }
        if (header.last().epoch() > s.epoch) {
            return Model.no(Rejection.SOURCE_CONFLICT);
        }
        if (header.previous().equals(s.last) && header.last().epoch() < s.epoch) {
            return Model.no(Rejection.SOURCE_CONFLICT);
        }
        if (header.previous().equals(s.last)) {
            long base = s.end;
            s.end += header.eventCount();
            s.bytes += batch.length;
            s.batches.add(new Stored(s.end, batch.length, clock));
            s.last = header.last();
            s.lastInTransaction = header.lastInTransaction();
            s.bound = s.bound.max(header.endLsn());
            return new Reply.Appended(base, s.end);
        }
        return header.last().compareTo(s.last) <= 0 ? new Reply.Duplicate(s.last) : new Reply.Mismatch(s.last);
    }

    Reply bound(Command.SourceBound c) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        if (s.phase != Phase.READY) {
            return Model.no(s.phase == Phase.STOPPED ? Rejection.SOURCE_STOPPED : Rejection.SOURCE_CONFLICT);
        }
        if (!s.last.equals(c.previous())) {
            return new Reply.Mismatch(s.last);
        }
        if (!s.lastInTransaction) {
            return Model.no(Rejection.SOURCE_CONFLICT);
        }
        s.bound = s.bound.max(c.bound());
        return new Reply.Done();
    }

    Reply stop(Command.StopSource c, long clock) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        if (s.phase == Phase.STOPPED) {
            return Model.no(Rejection.SOURCE_STOPPED);
        }
        Reply reply;
        if (c.gapBatch().length > 0) {
            reply = store(s, c.gapBatch(), clock);
            if (!(reply instanceof Reply.Appended)) {
                return reply;
            }
        } else if (!s.last.equals(c.previous())) {
            return new Reply.Mismatch(s.last);
        } else {
            reply = new Reply.Done();
        }
        s.phase = Phase.STOPPED;
        return reply;
    }

    Reply resume(Command.ResumeSource c) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        String evidence = evidence(c.systemId(), c.consistentPoint());
        if (s.phase != Phase.STOPPED) {
            boolean same = s.epoch == c.epoch()
                    && s.slot.equals(c.slot())
                    && s.evidence.equals(evidence)
                    && s.timeline == c.timeline();
            return same ? new Reply.Done() : Model.no(Rejection.SOURCE_CONFLICT);
        }
        if (!s.last.equals(c.previous())) {
            return new Reply.Mismatch(s.last);
        }
        if (c.epoch() != s.epoch + 1) {
            return Model.no(Rejection.SOURCE_CONFLICT);
        }
        s.phase = Phase.READY;
        s.epoch = c.epoch();
        s.slot = c.slot();
        s.evidence = evidence;
        s.timeline = c.timeline();
        s.bound = c.consistentPoint();
        s.lastInTransaction = true;
        return new Reply.Done();
    }

    Reply timeline(Command.SourceTimeline c) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_SOURCE);
        }
        if (s.phase != Phase.READY) {
            return Model.no(s.phase == Phase.STOPPED ? Rejection.SOURCE_STOPPED : Rejection.SOURCE_CONFLICT);
        }
        if (c.timeline() <= s.timeline) {
            return c.timeline() == s.timeline ? new Reply.Done() : Model.no(Rejection.SOURCE_CONFLICT);
        }
        if (!s.last.equals(c.previous())) {
            return new Reply.Mismatch(s.last);
        }
        s.timeline = c.timeline();
        return new Reply.Done();
    }

    Reply setRetention(Command.SetRetention c) {
        Source s = all.get(c.streamId());
        if (s == null) {
            return Model.no(Rejection.UNKNOWN_STREAM);
        }
        if (c.retention().ageMillis() < 0
                || c.retention().bytes() < 0
                || c.retention().holdBytes() < 0) {
            return Model.no(Rejection.MALFORMED);
        }
        s.retention = c.retention();
        return new Reply.Done();
    }
}
