package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.StartPosition;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/groups/{group}/seek}. */
final class SeekGroup implements Endpoint {

    private final GroupOperations groups;

    SeekGroup(GroupOperations groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        String group = GroupNames.ofGroup(exchange);
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        StartPosition to = members.any("to")
                .map(node -> StartPositions.parse(node, "to"))
                .orElseThrow(() -> HttpFailure.invalid("the member 'to' is missing"));
        boolean dryRun = members.flag("dry_run", false);
        members.end();
        return groups.seek(group, to, dryRun)
                .thenApply(sought -> GroupAnswers.json(200, sought.logIndex(), out -> {
                    out.writeStartObject();
                    out.writeStringField("from", Offsets.format(sought.from()));
                    out.writeStringField("to", Offsets.format(sought.to()));
                    out.writeNumberField("events", sought.events());
                    out.writeEndObject();
                }));
    }
}
