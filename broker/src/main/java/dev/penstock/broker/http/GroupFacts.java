package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.QueueConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What a request has to know of a group beforehand, remembered for a moment so that not every receive reads the store.
 * Within the moment a group may be taken for what it was before. Thread-safe.
 */
public final class GroupFacts {

    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_REMEMBERED = 10_000;

    /**
     * @param ordered the SQS view of it is a FIFO queue
     * @param receiveWaitMillis how long an SQS receive waits that does not say
     * @param queue of a queue that is sent to
     */
    public record Fact(
            String name, boolean ordered, long visibilityMillis, long receiveWaitMillis, Optional<QueueConfig> queue) {}

    private record Remembered(Fact fact, long untilNanos) {}

    private final GroupOperations groups;
    private final ReaderPool readers;
    private final Map<String, Remembered> remembered = new ConcurrentHashMap<>();

    public GroupFacts(GroupOperations groups, ReaderPool readers) {
        this.groups = groups;
        this.readers = readers;
    }

    /** Empty if there is no such group; that is not remembered. */
    public CompletableFuture<Optional<Fact>> find(String name) {
        Remembered known = remembered.get(name);
        if (known != null && System.nanoTime() - known.untilNanos < 0) {
            return CompletableFuture.completedFuture(Optional.of(known.fact));
        }
        return readers.read(() -> groups.state(name)).thenApply(found -> {
            Optional<Fact> fact = found.map(GroupFacts::factOf);
            if (fact.isPresent()) {
                remember(fact.get());
            } else {
                remembered.remove(name);
            }
            return fact;
        });
    }

    /** What was last known of it, however long ago; asks anew on the side if that was long. Never blocks. */
    public Optional<Fact> lastKnown(String name) {
        Remembered known = remembered.get(name);
        if (known == null || System.nanoTime() - known.untilNanos >= 0) {
            Ignored.outcome(find(name));
        }
        return Optional.ofNullable(known).map(one -> one.fact);
    }

    /** The group was changed by this node. */
    public void changed(GroupState group) {
        remember(factOf(group));
    }

    /** The group was deleted by this node. */
    public void forget(String name) {
        remembered.remove(name);
    }

    private static Fact factOf(GroupState group) {
        GroupConfig config = group.config();
        return new Fact(
                group.name(),
                config.ordering() == GroupConfig.Ordering.KEY,
                config.visibilityMillis(),
                config.receiveWaitMillis(),
                config.queue());
    }

    private void remember(Fact fact) {
        if (remembered.size() >= MAX_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(fact.name(), new Remembered(fact, System.nanoTime() + REMEMBERED_NANOS));
    }
}
