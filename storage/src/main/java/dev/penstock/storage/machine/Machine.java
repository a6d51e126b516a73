package dev.penstock.storage.machine;

import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.KeyValueStore;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.LogTable;
import dev.penstock.storage.table.MetaTable;
import dev.penstock.storage.table.StreamTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The replicated state machine: entries in, replies out, the state changed in one write per entry with the applied index
 * in it. Deterministic: the same entries give the same rows, replies and digest on every node, any time. It reads no
 * payload, clock, configuration or random number; what it refuses is a reply, an exception means that the state cannot be
 * trusted and the node must stop.
 *
 * <p>{@link #apply} and {@link #skip} from one thread at a time, in the order of the log; the rest from any thread.
 */
public final class Machine {

    private final KeyValueStore store;
    private final Transaction.Checks checks;
    private final Catalog catalog;
    private final DueTimes dueTimes;
    private final SourceHandler sources;
    private final AppendHandler appends;
    private final GroupHandler groups;
    private final UpdateHandler updates;
    private final GrantHandler grants;
    private final SettleHandler settles;
    private final ExpiryHandler expiry;
    private final DeadLetterHandler deadLetters;
    private final SweepHandler sweeps;
    private final TrimHandler trims;
    private final KeyHandler keys = new KeyHandler();
    private volatile MetaTable.Progress progress;
    private volatile long clockMillis;
    private boolean broken;

    /** Loads the small tables of the store; refuses rows of a newer format. */
    public Machine(KeyValueStore store) {
        this(store, Transaction.Checks.TRUSTING);
    }

    /** @param checks {@code FULL} reads every prior row: for tests */
    public Machine(KeyValueStore store, Transaction.Checks checks) {
        this.store = store;
        this.checks = checks;
        progress = MetaTable.progress(store);
        catalog = Catalog.load(store);
        requireKnownLevel(catalog.facts().featureLevel());
        clockMillis = catalog.facts().clockMillis();
        dueTimes = DueTimes.load(store);
        DeadLetters letters = new DeadLetters(catalog);
        Messages messages = new Messages(catalog, dueTimes, letters);
        sources = new SourceHandler(catalog);
        appends = new AppendHandler(catalog, new Deduplication(catalog, store));
        groups = new GroupHandler(catalog);
        updates = new UpdateHandler(catalog);
        grants = new GrantHandler(catalog, messages);
        settles = new SettleHandler(catalog, messages);
        expiry = new ExpiryHandler(catalog, messages, dueTimes);
        deadLetters = new DeadLetterHandler(catalog, messages, letters);
        sweeps = new SweepHandler(messages, letters);
        trims = new TrimHandler(catalog, messages);
    }

    /** Raft index of the last applied entry, -1 before the first. */
    public long appliedIndex() {
        return progress.index();
    }

    public long appliedTerm() {
        return progress.term();
    }

    /** Log time as of the last applied entry, milliseconds. */
    public long clockMillis() {
        return clockMillis;
    }

    /** Digest over all state rows as of the last applied entry. */
    public long stateDigest() {
        return progress.digest();
    }

    /** A consistent view of the applied state; from any thread, to be closed soon. */
    public MachineView openView() {
        return StoreView.open(store);
    }

    /**
     * A copy of the state as it is at some moment of this call, complete and on disk when it returns; from any thread, beside
     * the apply thread. What was trimmed before it gives its space back: a crash cannot bring it into sight again, since
     * the store itself is on disk up to that moment too.
     */
    public void checkpoint(Path directory) {
        List<StreamState> before = StreamTable.all(store);
        store.checkpoint(directory);
        for (StreamState stream : before) {
            if (stream.earliest() > 0) {
                store.reclaim(Space.LOG, LogTable.below(stream.id(), stream.earliest()));
            }
        }
    }

    /**
     * Applies one entry. Its index must be above the applied one: whoever feeds entries again after a restart filters
     * them before.
     */
    public Applied apply(long term, long index, byte[] entry) {
        requireNext(term, index);
        Envelope envelope = CommandCodec.decode(entry);
        broken = true;
        Applied applied = apply(term, index, envelope);
        broken = false;
        return applied;
    }

    /** An entry of Raft's own (configuration, metadata): only the applied index and term move. */
    public void skip(long term, long index) {
        requireNext(term, index);
        broken = true;
        commit(new Changes(), new MetaTable.Progress(term, index, progress.digest(), progress.nextDueMillis()));
        broken = false;
    }

    private Applied apply(long term, long index, Envelope envelope) {
        long clock = Math.max(catalog.facts().clockMillis(), envelope.stampMillis());
        MetaTable.Facts facts = catalog.facts();
        catalog.facts(new MetaTable.Facts(clock, facts.featureLevel(), facts.nextStreamId(), facts.nextGroupId()));
        Entry entry = new Entry(new Transaction(store, checks), term, index, envelope, clock);
        List<Reply> replies = new ArrayList<>(envelope.commands().size());
        for (Command command : envelope.commands()) {
            replies.add(handle(entry, command));
        }
        catalog.writeTo(entry.tx);
        long digest = progress.digest() + entry.tx.digestChange();
        commit(entry.tx.changes(), new MetaTable.Progress(term, index, digest, dueTimes.next()));
        clockMillis = clock;
        return new Applied(index, replies, entry.grownStreams, entry.freedGroups, entry.freedKeys);
    }

    /** A switch expression, so that a new command does not compile until it is handled. */
    private Reply handle(Entry entry, Command command) {
        return switch (command.type()) {
            case SOURCE_INTENT -> sources.intent((Command.SourceIntent) command);
            case SOURCE_READY -> sources.ready((Command.SourceReady) command);
            case APPEND -> appends.append(entry, (Command.Append) command);
            case SOURCE_BOUND -> sources.bound((Command.SourceBound) command);
            case STOP_SOURCE -> appends.stop(entry, (Command.StopSource) command);
            case RESUME_SOURCE -> sources.resume((Command.ResumeSource) command);
            case SOURCE_TIMELINE -> sources.timeline((Command.SourceTimeline) command);
            case CREATE_GROUP -> groups.create(entry, (Command.CreateGroup) command);
            case DELETE_GROUP -> groups.delete(entry, (Command.DeleteGroup) command);
            case SEEK_GROUP -> groups.seek(entry, (Command.SeekGroup) command);
            case UPDATE_GROUP -> updates.update(entry, (Command.UpdateGroup) command);
            case PUT_KEY -> keys.put(entry, (Command.PutKey) command);
            case REVOKE_KEY -> keys.revoke(entry, (Command.RevokeKey) command);
            case GRANT -> grants.grant(entry, (Command.Grant) command);
            case ACK -> settles.ack(entry, (Command.Ack) command);
            case NACK -> settles.nack(entry, (Command.Nack) command);
            case EXTEND -> settles.extend(entry, (Command.Extend) command);
            case RELEASE -> settles.release(entry, (Command.Release) command);
            case DEAD_LETTER -> deadLetters.deadLetter(entry, (Command.DeadLetter) command);
            case REDRIVE -> deadLetters.redrive(entry, (Command.Redrive) command);
            case DROP_DEAD_LETTERS -> deadLetters.drop(entry, (Command.DropDeadLetters) command);
            case EXPIRE -> expiry.expire(entry, (Command.Expire) command);
            case SWEEP -> sweeps.sweep(entry, (Command.Sweep) command);
            case TRIM -> trims.trim(entry, (Command.Trim) command);
            case SET_RETENTION -> trims.setRetention((Command.SetRetention) command);
            case MARK -> mark(entry);
            case RAISE_FEATURE_LEVEL -> raise((Command.RaiseFeatureLevel) command);
        };
    }

    /** The digest over what stands before this command in the log, the entry's own stamp included. */
    private Reply mark(Entry entry) {
        catalog.writeTo(entry.tx);
        return new Reply.Marked(progress.digest() + entry.tx.digestChange());
    }

    private Reply raise(Command.RaiseFeatureLevel c) {
        if (c.level() < 1) {
            return Refusal.malformed("expected a feature level of at least 1");
        }
        requireKnownLevel(c.level());
        MetaTable.Facts facts = catalog.facts();
        if (c.level() > facts.featureLevel()) {
            catalog.facts(
                    new MetaTable.Facts(facts.clockMillis(), c.level(), facts.nextStreamId(), facts.nextGroupId()));
        }
        return new Reply.Done();
    }

    private static void requireKnownLevel(int level) {
        if (level > CommandCodec.FEATURE_LEVEL) {
            throw new UnknownFormatException("feature level", level, "levels up to " + CommandCodec.FEATURE_LEVEL);
        }
    }

    private void commit(Changes changes, MetaTable.Progress next) {
        store.write(changes.put(Space.STATE, MetaTable.progressKey(), MetaTable.encode(next)));
        progress = next;
    }

    private void requireNext(long term, long index) {
        if (broken) {
            throw new IllegalStateException("expected no entry after one that failed half-way; end this process");
        }
        if (index <= progress.index() || term < progress.term()) {
            throw new IllegalStateException("expected an entry after (term " + progress.term() + ", index "
                    + progress.index() + "), but got (term " + term + ", index " + index + ")");
        }
    }
}
