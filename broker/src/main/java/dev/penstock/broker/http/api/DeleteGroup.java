package dev.penstock.broker.http.api;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** {@code DELETE /v1/groups/{group}}: 204. */
final class DeleteGroup implements Endpoint {

    private final GroupOperations groups;

    DeleteGroup(GroupOperations groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        return groups.delete(GroupNames.ofGroup(exchange)).thenApply(Response.empty(204)::decidedAt);
    }
}
