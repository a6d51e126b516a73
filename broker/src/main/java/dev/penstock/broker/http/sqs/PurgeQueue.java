package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.StartPosition;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * PurgeQueue: all there is up to now is settled, what is in flight included; a seek to the end. How soon it may be
 * repeated is remembered by the leader only: a new one lets it be repeated at once. Thread-safe.
 */
final class PurgeQueue implements Endpoint {

    private static final int MAX_REMEMBERED = 10_000;

    private final Queues queues;
    private final GroupOperations groups;
    private final long intervalMillis;
    private final Map<String, Long> purgedNanos = new ConcurrentHashMap<>();

    /** @param intervalMillis 0 = as often as one likes */
    PurgeQueue(Queues queues, GroupOperations groups, long intervalMillis) {
        this.queues = queues;
        this.groups = groups;
        this.intervalMillis = intervalMillis;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input).thenCompose(queue -> {
            checkInterval(queue.name());
            return groups.seek(queue.group().name(), new StartPosition.Latest(), false)
                    .thenApply(sought -> {
                        remember(queue.name());
                        return SqsAnswers.done(exchange, sought.logIndex());
                    });
        });
    }

    private void checkInterval(String queue) {
        Long last = purgedNanos.get(queue);
        if (last != null && System.nanoTime() - last < TimeUnit.MILLISECONDS.toNanos(intervalMillis)) {
            throw new SqsFailure(
                    Kind.PURGE_IN_PROGRESS,
                    "Only one PurgeQueue operation on " + queue + " is allowed every " + intervalMillis / 1_000
                            + " seconds.");
        }
    }

    private void remember(String queue) {
        if (intervalMillis > 0) {
            if (purgedNanos.size() >= MAX_REMEMBERED) {
                purgedNanos.clear();
            }
            purgedNanos.put(queue, System.nanoTime());
        }
    }
}
