package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupChange;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** UntagQueue: tags that are not there are no error. */
final class UntagQueue implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;

    UntagQueue(Queues queues, GroupOperations groups) {
        this.queues = queues;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        List<String> keys = input.texts("TagKeys");
        if (keys.isEmpty()) {
            throw SqsFailure.missing("TagKeys");
        }
        GroupChange change = new GroupChange.Builder().removedTags(keys).build();
        return queues.ofUrl(input)
                .thenCompose(queue -> groups.update(queue.group().name(), change)
                        .thenApply(updated -> SqsAnswers.done(exchange, updated.logIndex())));
    }
}
