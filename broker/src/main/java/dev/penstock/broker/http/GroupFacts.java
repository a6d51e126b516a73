package dev.penstock.broker.http;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.storage.model.GroupConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What a request has to know of a group beforehand, remembered for a moment so that not every receive reads the store.
 * These facts change only when a group is deleted and made again; within the moment such a group may be taken for its
 * predecessor. Thread-safe.
 */
public final class GroupFacts {

    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_REMEMBERED = 10_000;

    /** @param ordered the SQS view of it is a FIFO queue */
    public record Fact(String name, boolean ordered, long visibilityMillis) {}

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
        return readers.read(() -> groups.describe(name)).thenApply(found -> {
            Optional<Fact> fact = found.map(GroupFacts::factOf);
            if (fact.isPresent()) {
                remember(fact.get());
            } else {
                remembered.remove(name);
            }
            return fact;
        });
    }

    private static Fact factOf(Described described) {
        GroupConfig config = described.group().config();
        return new Fact(
                described.group().name(), config.ordering() == GroupConfig.Ordering.KEY, config.visibilityMillis());
    }

    private void remember(Fact fact) {
        if (remembered.size() >= MAX_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(fact.name(), new Remembered(fact, System.nanoTime() + REMEMBERED_NANOS));
    }
}
