package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupChange;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** SetQueueAttributes: all of them, or none. */
final class SetQueueAttributes implements Endpoint {

    private final Queues queues;
    private final GroupOperations groups;

    SetQueueAttributes(Queues queues, GroupOperations groups) {
        this.queues = queues;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        Map<String, String> wanted = input.map("Attributes");
        if (!input.has("Attributes")) {
            throw SqsFailure.missing("Attributes");
        }
        return queues.ofUrl(input)
                .thenCompose(queue ->
                        queues.describe(queue).thenCompose(described -> set(exchange, queue, described, wanted)));
    }

    private CompletableFuture<Response> set(
            Exchange exchange, Queues.Queue queue, Described described, Map<String, String> wanted) {
        return queues.deadLetterGroup(
                        queue.fifo(),
                        described.stream(),
                        queue.group().name(),
                        wanted.getOrDefault(RedrivePolicy.NAME, ""))
                .thenCompose(target -> set(
                        exchange,
                        queue,
                        described,
                        AttributeChanges.of(queue, wanted, queues.attributes(queue, described), target)));
    }

    private CompletableFuture<Response> set(
            Exchange exchange, Queues.Queue queue, Described described, GroupChange change) {
        if (change.equals(new GroupChange.Builder().build())) {
            return CompletableFuture.completedFuture(SqsAnswers.done(exchange, described.logIndex()));
        }
        return groups.update(queue.group().name(), change).thenApply(updated -> {
            queues.changed(updated.group());
            return SqsAnswers.done(exchange, updated.logIndex());
        });
    }
}
