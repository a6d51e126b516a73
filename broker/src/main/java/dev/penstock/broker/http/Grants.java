package dev.penstock.broker.http;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.storage.model.GroupConfig;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Turns received messages into an answer that is sent in time or not at all: after half the visibility timeout, or when it
 * cannot be written, its messages are given back. Thread-safe.
 */
public final class Grants {

    private final GroupOperations groups;
    private final GroupFacts facts;
    private final HttpLimits limits;
    private final HttpCounters counters;

    public Grants(GroupOperations groups, GroupFacts facts, HttpLimits limits, HttpCounters counters) {
        this.groups = groups;
        this.facts = facts;
        this.limits = limits;
        this.counters = counters;
    }

    /** Refuses new work while clients have not taken what they asked for. */
    public void checkRoom() {
        if (counters.unsentAnswerBytes() > limits.maxUnsentAnswerBytes()) {
            counters.hit(HttpCounters.Limit.UNSENT_ANSWERS);
            throw new HttpFailure(Problem.OVERLOADED, "too many bytes of answers wait to be taken; come again");
        }
    }

    /** @param render runs on the exchange's executor */
    public CompletableFuture<Response> answer(
            Exchange exchange,
            ReceiveRequest request,
            CompletableFuture<Received> received,
            Function<Received, Response> render) {
        return received.thenCompose(messages -> {
            if (messages.deliveries().isEmpty()) {
                return CompletableFuture.completedFuture(render.apply(messages));
            }
            Received leases = withoutBodies(messages);
            return visibilityMillis(request)
                    .thenApplyAsync(
                            visibility -> render.apply(messages).carrying(grant(leases, visibility)),
                            exchange.executor())
                    .whenComplete((response, failure) -> {
                        if (failure != null) {
                            groups.release(leases);
                        }
                    });
        });
    }

    private CompletableFuture<Long> visibilityMillis(ReceiveRequest request) {
        if (request.visibilityMillis().isPresent()) {
            return CompletableFuture.completedFuture(request.visibilityMillis().getAsLong());
        }
        return facts.find(request.group())
                .thenApply(fact ->
                        fact.map(GroupFacts.Fact::visibilityMillis).orElse(GroupConfig.DEFAULT_VISIBILITY_MILLIS));
    }

    private Response.Grant grant(Received leases, long visibilityMillis) {
        // Without a lease (visibility 0) there is nothing that could run out on the way.
        long sendWithinNanos =
                visibilityMillis == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(visibilityMillis) / 2;
        return new Response.Grant(leases.plannedNanos(), sendWithinNanos, () -> groups.release(leases));
    }

    /** What a release needs, without the events: it may be kept for a while. */
    private static Received withoutBodies(Received received) {
        List<Delivery> bare = received.deliveries().stream()
                .map(delivery -> new Delivery(
                        delivery.receipt(),
                        delivery.deliveryCount(),
                        delivery.firstDeliveredWallMillis(),
                        bare(delivery.event()),
                        delivery.filterError()))
                .toList();
        return new Received(received.logIndex(), received.plannedNanos(), bare);
    }

    private static RenderedEvent bare(RenderedEvent event) {
        return new RenderedEvent(
                event.offset(),
                event.id(),
                new byte[0],
                event.action(),
                event.schema(),
                event.table(),
                event.commitLsn(),
                event.commitMicros());
    }
}
