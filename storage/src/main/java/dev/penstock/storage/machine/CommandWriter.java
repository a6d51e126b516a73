package dev.penstock.storage.machine;

import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.model.LeaseRef;
import java.util.List;

/** Bodies of encoded commands; {@link CommandReader} is its mirror. Numbers that may be nonsense are coded signed. */
final class CommandWriter {

    private CommandWriter() {}

    /** A switch expression, so that a new command does not compile until it is written. */
    static ByteWriter write(ByteWriter out, Command command) {
        return switch (command.type()) {
            case SOURCE_INTENT -> intent(out, (Command.SourceIntent) command);
            case SOURCE_READY -> ready(out, (Command.SourceReady) command);
            case APPEND -> append(out, (Command.Append) command);
            case SOURCE_BOUND -> bound(out, (Command.SourceBound) command);
            case STOP_SOURCE -> stop(out, (Command.StopSource) command);
            case RESUME_SOURCE -> resume(out, (Command.ResumeSource) command);
            case SOURCE_TIMELINE -> timeline(out, (Command.SourceTimeline) command);
            case CREATE_GROUP -> create(out, (Command.CreateGroup) command);
            case DELETE_GROUP -> delete(out, (Command.DeleteGroup) command);
            case SEEK_GROUP -> seek(out, (Command.SeekGroup) command);
            case UPDATE_GROUP -> update(out, (Command.UpdateGroup) command);
            case PUT_KEY -> putKey(out, (Command.PutKey) command);
            case REVOKE_KEY -> revokeKey(out, (Command.RevokeKey) command);
            case GRANT -> grant(out, (Command.Grant) command);
            case ACK -> ack(out, (Command.Ack) command);
            case NACK -> nack(out, (Command.Nack) command);
            case EXTEND -> extend(out, (Command.Extend) command);
            case RELEASE -> release(out, (Command.Release) command);
            case DEAD_LETTER -> deadLetter(out, (Command.DeadLetter) command);
            case REDRIVE -> redrive(out, (Command.Redrive) command);
            case DROP_DEAD_LETTERS -> drop(out, (Command.DropDeadLetters) command);
            case EXPIRE -> out.zigzag(((Command.Expire) command).max());
            case SWEEP -> out.zigzag(((Command.Sweep) command).max());
            case TRIM -> trim(out, (Command.Trim) command);
            case SET_RETENTION -> setRetention(out, (Command.SetRetention) command);
            case MARK -> out;
            case RAISE_FEATURE_LEVEL -> out.zigzag(((Command.RaiseFeatureLevel) command).level());
        };
    }

    private static ByteWriter intent(ByteWriter out, Command.SourceIntent c) {
        return out.text(c.source()).text(c.database()).text(c.slot()).text(c.publication());
    }

    private static ByteWriter ready(ByteWriter out, Command.SourceReady c) {
        return out.zigzag(c.streamId())
                .text(c.systemId())
                .zigzag(c.timeline())
                .i64(c.consistentPoint().value());
    }

    private static ByteWriter append(ByteWriter out, Command.Append c) {
        return out.zigzag(c.streamId()).raw(c.batch());
    }

    private static ByteWriter bound(ByteWriter out, Command.SourceBound c) {
        out.zigzag(c.streamId());
        ModelCodec.writePosition(out, c.previous());
        return out.i64(c.bound().value());
    }

    private static ByteWriter stop(ByteWriter out, Command.StopSource c) {
        out.zigzag(c.streamId());
        ModelCodec.writePosition(out, c.previous());
        return out.text(c.reason()).raw(c.gapBatch());
    }

    private static ByteWriter resume(ByteWriter out, Command.ResumeSource c) {
        out.zigzag(c.streamId());
        ModelCodec.writePosition(out, c.previous());
        return out.zigzag(c.epoch())
                .text(c.slot())
                .text(c.systemId())
                .zigzag(c.timeline())
                .i64(c.consistentPoint().value());
    }

    private static ByteWriter timeline(ByteWriter out, Command.SourceTimeline c) {
        out.zigzag(c.streamId());
        ModelCodec.writePosition(out, c.previous());
        return out.zigzag(c.timeline());
    }

    private static ByteWriter create(ByteWriter out, Command.CreateGroup c) {
        out.text(c.name()).zigzag(c.streamId());
        ModelCodec.writeStart(out, c.start());
        ModelCodec.writeConfig(out, c.config());
        return out;
    }

    private static ByteWriter delete(ByteWriter out, Command.DeleteGroup c) {
        return out.zigzag(c.groupId()).zigzag(c.generation());
    }

    private static ByteWriter seek(ByteWriter out, Command.SeekGroup c) {
        out.zigzag(c.groupId()).zigzag(c.generation());
        ModelCodec.writeStart(out, c.to());
        return out;
    }

    private static ByteWriter update(ByteWriter out, Command.UpdateGroup c) {
        out.zigzag(c.groupId()).zigzag(c.generation()).zigzag(c.planVersion());
        ModelCodec.writeChange(out, c.change());
        return out;
    }

    private static ByteWriter putKey(ByteWriter out, Command.PutKey c) {
        out.text(c.id()).zigzag(c.revision()).sized(c.secret()).zigzag(c.overlapMillis());
        out.varint(c.scopes().size());
        c.scopes().forEach(out::text);
        return out;
    }

    private static ByteWriter revokeKey(ByteWriter out, Command.RevokeKey c) {
        return out.text(c.id()).u8(c.previousOnly() ? 1 : 0);
    }

    private static ByteWriter grant(ByteWriter out, Command.Grant c) {
        out.zigzag(c.groupId()).zigzag(c.generation()).zigzag(c.planVersion());
        out.zigzag(c.previousScan()).zigzag(c.newScan() - c.previousScan());
        out.zigzag(c.visibilityMillis());
        rising(out, c.fresh(), c.previousScan());
        rising(out, c.retries(), 0);
        KeyPlanCodec.write(out, c.keys(), c.previousScan());
        rising(out, c.delays().offsets(), c.previousScan());
        long before = 0;
        for (long due : c.delays().dueMillis()) {
            out.zigzag(due - before);
            before = due;
        }
        return out;
    }

    /** Short when rising, as they should be; right for any. */
    static void rising(ByteWriter out, long[] offsets, long from) {
        out.varint(offsets.length);
        long before = from;
        for (long offset : offsets) {
            out.zigzag(offset - before);
            before = offset;
        }
    }

    private static ByteWriter ack(ByteWriter out, Command.Ack c) {
        return leases(out, c.groupId(), c.generation(), c.leases());
    }

    private static ByteWriter nack(ByteWriter out, Command.Nack c) {
        return leases(out, c.groupId(), c.generation(), c.leases()).zigzag(c.delayMillis());
    }

    private static ByteWriter extend(ByteWriter out, Command.Extend c) {
        return leases(out, c.groupId(), c.generation(), c.leases())
                .zigzag(c.visibilityMillis())
                .u8(c.lenient() ? 1 : 0);
    }

    private static ByteWriter release(ByteWriter out, Command.Release c) {
        return leases(out, c.groupId(), c.generation(), c.leases());
    }

    private static ByteWriter trim(ByteWriter out, Command.Trim c) {
        return out.zigzag(c.streamId()).zigzag(c.max());
    }

    private static ByteWriter setRetention(ByteWriter out, Command.SetRetention c) {
        out.zigzag(c.streamId());
        ModelCodec.writeRetention(out, c.retention());
        return out;
    }

    private static ByteWriter deadLetter(ByteWriter out, Command.DeadLetter c) {
        out.zigzag(c.groupId()).zigzag(c.generation()).varint(c.messages().size());
        for (Command.Dead dead : c.messages()) {
            out.zigzag(dead.offset()).text(dead.reason()).sized(dead.batch());
        }
        return out;
    }

    private static ByteWriter redrive(ByteWriter out, Command.Redrive c) {
        rising(out.zigzag(c.groupId()).zigzag(c.destination()), c.letters(), 0);
        return out;
    }

    private static ByteWriter drop(ByteWriter out, Command.DropDeadLetters c) {
        rising(out.zigzag(c.groupId()), c.letters(), 0);
        return out;
    }

    private static ByteWriter leases(ByteWriter out, int groupId, long generation, List<LeaseRef> leases) {
        out.zigzag(groupId).zigzag(generation).varint(leases.size());
        long offset = 0;
        long index = generation;
        long ordinal = 0;
        for (LeaseRef lease : leases) {
            out.zigzag(lease.offset() - offset);
            out.zigzag(lease.leaseIndex() - index);
            out.zigzag(lease.leaseOrdinal() - ordinal);
            offset = lease.offset();
            index = lease.leaseIndex();
            ordinal = lease.leaseOrdinal();
        }
        return out;
    }
}
