package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/groups/{group}}. */
final class DescribeGroup implements Endpoint {

    private final GroupOperations groups;
    private final ReaderPool readers;

    DescribeGroup(GroupOperations groups, ReaderPool readers) {
        this.groups = groups;
        this.readers = readers;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        String name = GroupNames.ofGroup(exchange);
        return readers.read(() -> groups.describe(name)).thenApply(found -> {
            Described group =
                    found.orElseThrow(() -> new HttpFailure(Problem.UNKNOWN_GROUP, "there is no group '" + name + "'"));
            return GroupAnswers.json(200, group.logIndex(), out -> GroupAnswers.writeDescribed(out, group));
        });
    }
}
