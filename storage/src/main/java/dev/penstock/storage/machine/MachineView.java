package dev.penstock.storage.machine;

import dev.penstock.storage.model.ApiKeyState;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.DyingTable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * A consistent read view of the applied state, at {@link #appliedIndex()}. Opened by {@link Machine#openView()} from any
 * thread, used by one thread, closed soon: it pins a snapshot of the store.
 */
public interface MachineView extends AutoCloseable {

    long appliedIndex();

    long appliedTerm();

    /** Log time as of the last applied entry. */
    long clockMillis();

    int featureLevel();

    /** Digest over all state rows, the same on every node at the same applied index. */
    long stateDigest();

    List<SourceState> sources();

    Optional<SourceState> source(String name);

    /** Those of sources; none of those that the machine keeps for itself. */
    List<StreamState> streams();

    /** With those that the machine keeps for itself. */
    List<StreamState> allStreams();

    Optional<StreamState> stream(int streamId);

    /** None of those that the machine keeps for itself. */
    Optional<StreamState> stream(String name);

    List<GroupState> groups();

    Optional<GroupState> group(String name);

    Optional<GroupState> group(int groupId);

    /** In order of their keys. */
    SortedMap<String, String> tags(GroupState group);

    /** Keys of the HTTP API, revoked ones too, in order of id. */
    List<ApiKeyState> apiKeys();

    /** The lowest unsettled offset of the group, or its scan position. */
    long floor(GroupState group);

    /** Ready messages of the group from {@code fromOffset} on, rising; at most {@code limit}. */
    List<UnsettledMessage> ready(GroupState group, long fromOffset, int limit);

    Optional<UnsettledMessage> unsettled(GroupState group, long offset);

    /** Of an ordered group: offsets of the key's unsettled messages in [from, below), rising; at most {@code limit}. */
    List<Long> unsettledOfKey(GroupState group, long key, long fromOffset, long below, int limit);

    /** Of an ordered group: the keys behind which events wait. */
    List<ParkedKey> parked(GroupState group);

    /** Unsettled messages from {@code fromOffset} on, rising, that pass the test; at most {@code limit}. */
    List<UnsettledMessage> unsettled(GroupState group, long fromOffset, int limit, Predicate<UnsettledMessage> test);

    /** Dead letters that are kept, from a number on, rising; at most {@code limit}. */
    List<DeadLetter> deadLetters(GroupState group, long fromLetter, int limit);

    /** Dead letters among the group's messages, from a number on, rising, put back or come from another group; the same. */
    List<DeadLetter> amongMessages(GroupState group, long fromLetter, int limit);

    /** One that is kept, or is among the messages. */
    Optional<DeadLetter> deadLetter(GroupState group, long letter);

    /**
     * The lowest offset of the stream whose event must stay, since its message is dying and not stored as a dead letter yet.
     * One look per group.
     */
    OptionalLong lowestDying(int streamId);

    /** Messages that are dying, over all groups; some may be of generations that ended. At most {@code limit}. */
    List<DyingTable.Dying> dying(int limit);

    /** The same, behind the one given. */
    List<DyingTable.Dying> dyingAfter(DyingTable.Dying last, int limit);

    /** Log time at which the next lease or delay ends; {@link Long#MAX_VALUE} if there is none. */
    long nextDueMillis();

    /** True while rows made dead by a seek or delete are still stored. */
    boolean sweepNeeded();

    /** True if something of the stream is over its retention at that log time, and no group holds it. */
    boolean trimNeeded(int streamId, long clockMillis);

    /**
     * The batch that holds {@code offset}; empty if it is below the earliest or at or after the end, or where an internal
     * stream has a hole.
     */
    Optional<StoredBatch> batchAt(int streamId, long offset);

    @Override
    void close();
}
