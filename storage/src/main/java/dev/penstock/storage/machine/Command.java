package dev.penstock.storage.machine;

import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.List;

/**
 * A fact with a check, as it travels in the Raft log. A released command never changes its meaning; a changed rule is a
 * new command with a new tag ({@link CommandCodec}). Durations are milliseconds of log time.
 */
public sealed interface Command {

    /** Its tag in the log; the switches over it make a new command one that must be handled. */
    CommandType type();

    // ---- sources ----

    /** Publication and slot are about to be created for a new source. Creates its stream. Same facts again: same answer. */
    record SourceIntent(String source, String database, String slot, String publication) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SOURCE_INTENT;
        }
    }

    /** Both exist. From here on nothing is ever created for this source again: absence is a gap. */
    record SourceReady(int streamId, String systemId, int timeline, Lsn consistentPoint) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SOURCE_READY;
        }
    }

    /**
     * Compare-and-append: accepted only if the batch's previous position equals the source's last; wholly at or below it
     * is {@link Reply.Duplicate}; anything else is {@link Reply.Mismatch} and nothing is stored.
     */
    record Append(int streamId, byte[] batch) implements Command {
        @Override
        public CommandType type() {
            return CommandType.APPEND;
        }
    }

    /** The bound that may be reported to Postgres as flushed moves up, with nothing pending at {@code previous}. */
    record SourceBound(int streamId, SourcePosition previous, Lsn bound) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SOURCE_BOUND;
        }
    }

    /**
     * A gap: appends the batch with the gap event, if any, and stops the source, in one fact. Compare as for Append.
     *
     * @param gapBatch encoded batch holding the gap event
     */
    record StopSource(int streamId, SourcePosition previous, String reason, byte[] gapBatch) implements Command {
        @Override
        public CommandType type() {
            return CommandType.STOP_SOURCE;
        }
    }

    /** An operator accepts the gap: a new epoch begins at the evidence given, and the source goes on. */
    record ResumeSource(
            int streamId,
            SourcePosition previous,
            int epoch,
            String slot,
            String systemId,
            int timeline,
            Lsn consistentPoint)
            implements Command {
        @Override
        public CommandType type() {
            return CommandType.RESUME_SOURCE;
        }
    }

    /**
     * The server was promoted, had everything up to {@code previous}, and streams from a later timeline. Recorded before
     * anything of that timeline is appended, so that only later promotions are judged by what is stored then.
     */
    record SourceTimeline(int streamId, SourcePosition previous, int timeline) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SOURCE_TIMELINE;
        }
    }

    // ---- groups ----

    /** Same name, configuration and requested start again: the existing group; different: refused. */
    record CreateGroup(String name, int streamId, StartPosition start, GroupConfig config) implements Command {
        @Override
        public CommandType type() {
            return CommandType.CREATE_GROUP;
        }
    }

    record DeleteGroup(int groupId, long generation) implements Command {
        @Override
        public CommandType type() {
            return CommandType.DELETE_GROUP;
        }
    }

    /** Moves the group and begins a new generation: old receipts are void, old rows are dead at once. */
    record SeekGroup(int groupId, long generation, StartPosition to) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SEEK_GROUP;
        }
    }

    /**
     * Changes a group's configuration, pause or tags, each for itself, so that two changes of different things do not undo
     * each other. What plans rest on moves the plan version, and holds from the scan position on. Refused unless generation
     * and plan version still hold.
     */
    record UpdateGroup(int groupId, long generation, long planVersion, GroupChange change) implements Command {
        @Override
        public CommandType type() {
            return CommandType.UPDATE_GROUP;
        }
    }

    /**
     * Hands out messages, as planned by the leader. Refused as a whole unless generation, plan version, planning term and
     * scan still hold, every fresh offset lies in [previousScan, newScan) and every retried one is ready.
     *
     * @param fresh rising offsets, each in [previousScan, newScan); the other offsets of that range are judged not to match, or
     *     wait behind their keys
     * @param retries rising offsets of ready messages below previousScan
     * @param keys of ordered groups: the order by key, and what waits behind it
     * @param visibilityMillis length of the leases, from the stamp of this entry; 0 = delivered and ready again at once
     * @param delays of offsets in [previousScan, newScan) that are not handed out because it is not their time yet
     */
    record Grant(
            int groupId,
            long generation,
            long planVersion,
            long previousScan,
            long newScan,
            long[] fresh,
            long[] retries,
            KeyPlan keys,
            long visibilityMillis,
            DelayPlan delays)
            implements Command {

        /** Nothing is reached before its time. */
        public Grant(
                int groupId,
                long generation,
                long planVersion,
                long previousScan,
                long newScan,
                long[] fresh,
                long[] retries,
                KeyPlan keys,
                long visibilityMillis) {
            this(
                    groupId,
                    generation,
                    planVersion,
                    previousScan,
                    newScan,
                    fresh,
                    retries,
                    keys,
                    visibilityMillis,
                    DelayPlan.NONE);
        }

        @Override
        public CommandType type() {
            return CommandType.GRANT;
        }
    }

    /** Settles. Unordered groups: any authentic lease of the generation; of a settled message: ok again. */
    record Ack(int groupId, long generation, List<LeaseRef> leases) implements Command {
        @Override
        public CommandType type() {
            return CommandType.ACK;
        }
    }

    /** Gives back now (0) or after a delay. Needs the newest lease. */
    record Nack(int groupId, long generation, List<LeaseRef> leases, long delayMillis) implements Command {
        @Override
        public CommandType type() {
            return CommandType.NACK;
        }
    }

    /**
     * Sets the time to the deadline anew, from the stamp of this entry. Needs the newest lease, unless {@code lenient} (the
     * standard SQS view): then any authentic lease of the generation hides the unsettled message, 0 makes it visible.
     */
    record Extend(int groupId, long generation, List<LeaseRef> leases, long visibilityMillis, boolean lenient)
            implements Command {
        @Override
        public CommandType type() {
            return CommandType.EXTEND;
        }
    }

    /** A grant that could not be written to its client: given back, the delivery not counted. */
    record Release(int groupId, long generation, List<LeaseRef> leases) implements Command {
        @Override
        public CommandType type() {
            return CommandType.RELEASE;
        }
    }

    /** Leases and delays that are due by log time end; at most {@code max} of them, earliest first. */
    record Expire(int max) implements Command {
        @Override
        public CommandType type() {
            return CommandType.EXPIRE;
        }
    }

    /**
     * Messages of one group that are dying become dead letters: each is settled and stored in one. What is not dying any
     * more is left out, so that it may be proposed again.
     */
    record DeadLetter(int groupId, long generation, List<Dead> messages) implements Command {
        public DeadLetter {
            messages = List.copyOf(messages);
        }

        @Override
        public CommandType type() {
            return CommandType.DEAD_LETTER;
        }
    }

    /** @param batch an encoded batch of this one event, as the log has it */
    record Dead(long offset, String reason, byte[] batch) {}

    /**
     * Puts dead letters among the messages of a group of the same stream and ordering, ready, as not delivered before: those
     * that the group keeps, and those that it has from another one, if they are not out. All else is left out.
     *
     * @param destination id of a group, or {@link #TO_ORIGIN}
     */
    record Redrive(int groupId, int destination, long[] letters) implements Command {
        /** Each to the group in which it died. */
        public static final int TO_ORIGIN = 0;

        @Override
        public CommandType type() {
            return CommandType.REDRIVE;
        }
    }

    /** Drops dead letters and their payloads for good. What is not kept any more is left out. */
    record DropDeadLetters(int groupId, long[] letters) implements Command {
        @Override
        public CommandType type() {
            return CommandType.DROP_DEAD_LETTERS;
        }
    }

    // ---- retention ----

    /** How long the events of a stream stay from now on. */
    record SetRetention(int streamId, Retention retention) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SET_RETENTION;
        }
    }

    /** Removes what is over the stream's retention, oldest first: at most {@code max} batches. */
    record Trim(int streamId, int max) implements Command {
        @Override
        public CommandType type() {
            return CommandType.TRIM;
        }
    }

    // ---- keys of the HTTP API ----

    /**
     * Makes a key (revision {@link #NEW}; refused if the id is there), or gives a key of that revision a new secret, scopes included.
     *
     * @param secret sealed by the node that proposes it: opaque here
     * @param overlapMillis how long the secret before stays good beside the new one; 0 = void at once
     */
    record PutKey(String id, long revision, byte[] secret, List<String> scopes, long overlapMillis) implements Command {
        public static final long NEW = -1;

        public PutKey {
            scopes = List.copyOf(scopes);
        }

        @Override
        public CommandType type() {
            return CommandType.PUT_KEY;
        }

        @Override
        public String toString() {
            return "PutKey[" + id + ", revision " + revision + ", scopes " + scopes + "]";
        }
    }

    /**
     * Voids a key for ever; its secrets leave the state. Of a revoked one: the same answer again.
     *
     * @param previousOnly only the secret before the last rotation
     */
    record RevokeKey(String id, boolean previousOnly) implements Command {
        @Override
        public CommandType type() {
            return CommandType.REVOKE_KEY;
        }
    }

    // ---- the cluster ----

    /** Removes at most {@code max} rows that an earlier seek or delete made dead. */
    record Sweep(int max) implements Command {
        @Override
        public CommandType type() {
            return CommandType.SWEEP;
        }
    }

    /** Notes the digests at this place of the log, for comparison between nodes; also the no-op for an idle follower. */
    record Mark() implements Command {
        @Override
        public CommandType type() {
            return CommandType.MARK;
        }
    }

    /** All members know this feature level: commands of it may be used from here on. */
    record RaiseFeatureLevel(int level) implements Command {
        @Override
        public CommandType type() {
            return CommandType.RAISE_FEATURE_LEVEL;
        }
    }
}
