package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Scope;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/groups}. */
final class ListGroups implements Endpoint {

    private final GroupOperations groups;
    private final ReaderPool readers;

    ListGroups(GroupOperations groups, ReaderPool readers) {
        this.groups = groups;
        this.readers = readers;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        return readers.read(groups::list)
                .thenApply(all -> GroupAnswers.json(
                        200, all.stream().mapToLong(Described::logIndex).max().orElse(0), out -> {
                            out.writeStartObject();
                            out.writeArrayFieldStart("groups");
                            for (Described group : all) {
                                if (exchange.identity()
                                        .may(Scope.CONSUME, group.group().name())) {
                                    GroupAnswers.writeDescribed(out, group);
                                }
                            }
                            out.writeEndArray();
                            out.writeEndObject();
                        }));
    }
}
