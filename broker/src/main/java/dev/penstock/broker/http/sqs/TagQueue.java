package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.GroupChange;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** TagQueue: up to fifty tags a queue; a tag that is there gets the new value. */
final class TagQueue implements Endpoint {

    private static final int MAX_TAGS = 50;
    private static final int MAX_KEY_CHARACTERS = 128;
    private static final int MAX_VALUE_CHARACTERS = 256;

    private final Queues queues;
    private final GroupOperations groups;

    TagQueue(Queues queues, GroupOperations groups) {
        this.queues = queues;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        Map<String, String> tags = input.map("Tags");
        if (tags.isEmpty()) {
            throw SqsFailure.missing("Tags");
        }
        return queues.ofUrl(input)
                .thenCompose(queue -> queues.tags(queue).thenCompose(present -> {
                    check(queue.name(), tags, present.tags().keySet());
                    GroupChange change = new GroupChange.Builder().tags(tags).build();
                    return groups.update(queue.group().name(), change)
                            .thenApply(updated -> SqsAnswers.done(exchange, updated.logIndex()));
                }));
    }

    static void check(String queue, Map<String, String> tags, Set<String> present) {
        tags.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > MAX_KEY_CHARACTERS) {
                throw new SqsFailure(
                        Kind.INVALID_PARAMETER_VALUE, "Tag keys must be between 1 and 128 characters in length.");
            }
            if (value.length() > MAX_VALUE_CHARACTERS) {
                throw new SqsFailure(
                        Kind.INVALID_PARAMETER_VALUE, "Tag values must be between 0 and 256 characters in length.");
            }
        });
        Set<String> all = new TreeSet<>(present);
        all.addAll(tags.keySet());
        if (all.size() > MAX_TAGS) {
            throw new SqsFailure(Kind.INVALID_PARAMETER_VALUE, "Too many tags added for queue " + queue + ".");
        }
    }
}
