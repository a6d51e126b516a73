package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/groups/{group}/ack}, {@code …/nack} and {@code …/extend}: one result per receipt, in order. */
final class SettleMessages implements Endpoint {

    /** Of one request; a receive hands out a tenth of it at most. */
    static final int MAX_RECEIPTS = 10_000;

    private interface Settle {
        CompletableFuture<Settled> apply(String group, List<String> receipts, long millis);
    }

    private record Time(String member, boolean required) {}

    private final Settle settle;
    private final Time time;

    private SettleMessages(Settle settle, Time time) {
        this.settle = settle;
        this.time = time;
    }

    static Endpoint ack(GroupOperations groups) {
        return new SettleMessages((group, receipts, millis) -> groups.ack(group, receipts), new Time("", false));
    }

    static Endpoint nack(GroupOperations groups) {
        return new SettleMessages(groups::nack, new Time("delay", false));
    }

    static Endpoint extend(GroupOperations groups) {
        return new SettleMessages(
                (group, receipts, millis) -> groups.extend(group, receipts, millis, false),
                new Time("visibility_timeout", true));
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        String group = GroupNames.ofGroup(exchange);
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        List<String> receipts = members.texts("receipts", MAX_RECEIPTS);
        OptionalLong millis = time.member().isEmpty()
                ? OptionalLong.empty()
                : members.durationMillis(time.member(), CreateGroup.MAX_VISIBILITY_MILLIS);
        members.end();
        if (receipts.isEmpty()) {
            throw HttpFailure.invalid("expected at least one receipt in 'receipts'");
        }
        if (time.required() && millis.isEmpty()) {
            throw HttpFailure.invalid("the member '" + time.member() + "' is missing");
        }
        return settle.apply(group, receipts, millis.orElse(0))
                .thenApplyAsync(
                        settled -> GroupAnswers.json(200, settled.logIndex(), out -> {
                            out.writeStartObject();
                            out.writeFieldName("results");
                            GroupAnswers.writeOutcomes(out, settled.results());
                            out.writeEndObject();
                        }),
                        exchange.executor());
    }
}
