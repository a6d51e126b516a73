package dev.penstock.storage.machine;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.ArrayList;
import java.util.List;

/** Mirror of {@link CommandWriter}. Checks form only; sense is checked by the machine, whose answer is a reply. */
final class CommandReader {

    private CommandReader() {}

    static Command read(ByteReader in, CommandType type) {
        return switch (type) {
            case SOURCE_INTENT -> new Command.SourceIntent(in.text(), in.text(), in.text(), in.text());
            case SOURCE_READY -> new Command.SourceReady(integer(in), in.text(), integer(in), new Lsn(in.i64()));
            case APPEND -> new Command.Append(integer(in), in.raw(in.remaining()));
            case SOURCE_BOUND -> new Command.SourceBound(integer(in), ModelCodec.readPosition(in), new Lsn(in.i64()));
            case STOP_SOURCE -> stop(in);
            case RESUME_SOURCE -> resume(in);
            case SOURCE_TIMELINE -> new Command.SourceTimeline(integer(in), ModelCodec.readPosition(in), integer(in));
            case CREATE_GROUP ->
                new Command.CreateGroup(in.text(), integer(in), ModelCodec.readStart(in), ModelCodec.readConfig(in));
            case DELETE_GROUP -> new Command.DeleteGroup(integer(in), in.zigzag());
            case SEEK_GROUP -> new Command.SeekGroup(integer(in), in.zigzag(), ModelCodec.readStart(in));
            case UPDATE_GROUP ->
                new Command.UpdateGroup(integer(in), in.zigzag(), in.zigzag(), ModelCodec.readChange(in));
            case PUT_KEY -> putKey(in);
            case REVOKE_KEY -> new Command.RevokeKey(in.text(), in.flag("extent of a revocation"));
            case GRANT -> grant(in);
            case ACK -> ack(in);
            case NACK -> nack(in);
            case EXTEND -> extend(in);
            case RELEASE -> release(in);
            case DEAD_LETTER -> deadLetter(in);
            case REDRIVE -> new Command.Redrive(integer(in), integer(in), rising(in, 0));
            case DROP_DEAD_LETTERS -> new Command.DropDeadLetters(integer(in), rising(in, 0));
            case EXPIRE -> new Command.Expire(integer(in));
            case SWEEP -> new Command.Sweep(integer(in));
            case TRIM -> new Command.Trim(integer(in), integer(in));
            case SET_RETENTION -> new Command.SetRetention(integer(in), ModelCodec.readRetention(in));
            case MARK -> new Command.Mark();
            case RAISE_FEATURE_LEVEL -> new Command.RaiseFeatureLevel(integer(in));
        };
    }

    private static int integer(ByteReader in) {
        return in.integer("a number");
    }

    private static Command stop(ByteReader in) {
        int streamId = integer(in);
        SourcePosition previous = ModelCodec.readPosition(in);
        String reason = in.text();
        return new Command.StopSource(streamId, previous, reason, in.raw(in.remaining()));
    }

    private static Command resume(ByteReader in) {
        int streamId = integer(in);
        SourcePosition previous = ModelCodec.readPosition(in);
        int epoch = integer(in);
        String slot = in.text();
        String systemId = in.text();
        int timeline = integer(in);
        return new Command.ResumeSource(streamId, previous, epoch, slot, systemId, timeline, new Lsn(in.i64()));
    }

    private static Command putKey(ByteReader in) {
        String id = in.text();
        long revision = in.zigzag();
        byte[] secret = in.sized();
        long overlapMillis = in.zigzag();
        int count = in.count("scopes", 1);
        List<String> scopes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            scopes.add(in.text());
        }
        return new Command.PutKey(id, revision, secret, scopes, overlapMillis);
    }

    private static Command grant(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        long planVersion = in.zigzag();
        long previousScan = in.zigzag();
        long newScan = previousScan + in.zigzag();
        long visibilityMillis = in.zigzag();
        long[] fresh = rising(in, previousScan);
        long[] retries = rising(in, 0);
        KeyPlan keys = KeyPlanCodec.read(in, previousScan);
        DelayPlan delays = delays(in, previousScan);
        return new Command.Grant(
                groupId,
                generation,
                planVersion,
                previousScan,
                newScan,
                fresh,
                retries,
                keys,
                visibilityMillis,
                delays);
    }

    private static DelayPlan delays(ByteReader in, long previousScan) {
        long[] offsets = rising(in, previousScan);
        if (offsets.length == 0) {
            return DelayPlan.NONE;
        }
        long[] due = new long[offsets.length];
        long before = 0;
        for (int i = 0; i < due.length; i++) {
            before += in.zigzag();
            due[i] = before;
        }
        return new DelayPlan(offsets, due);
    }

    static long[] rising(ByteReader in, long from) {
        long[] offsets = new long[in.count("offsets", 1)];
        long before = from;
        for (int i = 0; i < offsets.length; i++) {
            before += in.zigzag();
            offsets[i] = before;
        }
        return offsets;
    }

    private static Command ack(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        return new Command.Ack(groupId, generation, leases(in, generation));
    }

    private static Command nack(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        List<LeaseRef> leases = leases(in, generation);
        return new Command.Nack(groupId, generation, leases, in.zigzag());
    }

    private static Command extend(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        List<LeaseRef> leases = leases(in, generation);
        long visibilityMillis = in.zigzag();
        boolean lenient = in.flag("leniency of an extend");
        return new Command.Extend(groupId, generation, leases, visibilityMillis, lenient);
    }

    private static Command release(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        return new Command.Release(groupId, generation, leases(in, generation));
    }

    private static Command deadLetter(ByteReader in) {
        int groupId = integer(in);
        long generation = in.zigzag();
        int count = in.count("dead messages", 3);
        List<Command.Dead> messages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            messages.add(new Command.Dead(in.zigzag(), in.text(), in.sized()));
        }
        return new Command.DeadLetter(groupId, generation, messages);
    }

    private static List<LeaseRef> leases(ByteReader in, long generation) {
        int count = in.count("leases", 3);
        List<LeaseRef> leases = new ArrayList<>(count);
        long offset = 0;
        long index = generation;
        long ordinal = 0;
        for (int i = 0; i < count; i++) {
            offset += in.zigzag();
            index += in.zigzag();
            ordinal += in.zigzag();
            if (ordinal != (int) ordinal) {
                throw in.failure("expected a lease's ordinal of 32 bits, but got " + ordinal);
            }
            leases.add(new LeaseRef(offset, index, (int) ordinal));
        }
        return leases;
    }
}
