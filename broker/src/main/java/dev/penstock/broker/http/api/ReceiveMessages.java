package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/groups/{group}/receive}, with acks of earlier messages on the way. */
final class ReceiveMessages implements Endpoint {

    static final int MAX_MESSAGES = 1_000;
    static final long MAX_WAIT_MILLIS = 60_000;

    /** Of the events in one answer; one event always fits. */
    static final long MAX_EVENT_BYTES = 4L << 20;

    private static final byte[] CLOSE = {'}'};

    private final GroupOperations groups;
    private final Grants grants;

    ReceiveMessages(GroupOperations groups, Grants grants) {
        this.groups = groups;
        this.grants = grants;
    }

    /** The wait that the request names; what is wrong with it the endpoint will say. */
    static long waitMillis(Exchange exchange) {
        try {
            return JsonMembers.ofBody(exchange.request())
                    .durationMillis("wait", MAX_WAIT_MILLIS)
                    .orElse(-1);
        } catch (HttpFailure notWellFormed) {
            return -1;
        }
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        String group = GroupNames.ofGroup(exchange);
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        int max = (int) members.integer("max", 1, MAX_MESSAGES).orElse(1);
        long wait = members.durationMillis("wait", MAX_WAIT_MILLIS).orElse(0);
        var visibility = members.durationMillis("visibility_timeout", CreateGroup.MAX_VISIBILITY_MILLIS);
        boolean withAcks = members.any("acks").isPresent();
        List<String> acks = members.texts("acks", SettleMessages.MAX_RECEIPTS);
        members.end();
        grants.checkRoom();
        ReceiveRequest request = new ReceiveRequest(group, max, wait, visibility, MAX_EVENT_BYTES);
        if (acks.isEmpty()) {
            return receive(exchange, request, List.of(), withAcks);
        }
        return groups.ack(group, acks).thenCompose(settled -> receive(exchange, request, settled.results(), true));
    }

    private CompletableFuture<Response> receive(
            Exchange exchange, ReceiveRequest request, List<ItemOutcome> ackResults, boolean withAcks) {
        CompletableFuture<Received> received = exchange.cancelling(groups.receive(request));
        return grants.answer(exchange, request, received, messages -> render(messages, ackResults, withAcks));
    }

    private static Response render(Received received, List<ItemOutcome> ackResults, boolean withAcks) {
        List<byte[]> body = new ArrayList<>(2 + 3 * received.deliveries().size());
        StringBuilder text = new StringBuilder("{\"messages\":[");
        for (Delivery delivery : received.deliveries()) {
            // Receipts are plain ASCII (base64), so nothing needs escaping; the event goes in as it is stored.
            text.append("{\"receipt\":\"").append(delivery.receipt());
            text.append("\",\"delivery_count\":").append(delivery.deliveryCount());
            text.append(",\"first_delivered_at\":\"").append(Instant.ofEpochMilli(delivery.firstDeliveredWallMillis()));
            text.append('"');
            if (delivery.filterError().isPresent()) {
                text.append(",\"filter_error\":")
                        .append(Json.text(delivery.filterError().get()));
            }
            text.append(",\"event\":");
            body.add(text.toString().getBytes(StandardCharsets.UTF_8));
            body.add(delivery.event().json());
            text.setLength(0);
            text.append("},");
        }
        if (!received.deliveries().isEmpty()) {
            text.setLength(1);
        }
        text.append(']');
        if (withAcks) {
            text.append(",\"ack_results\":");
        }
        body.add(text.toString().getBytes(StandardCharsets.UTF_8));
        if (withAcks) {
            body.add(Json.bytes(out -> GroupAnswers.writeOutcomes(out, ackResults)));
        }
        body.add(CLOSE);
        return Response.of(200, Response.JSON, body).decidedAt(received.logIndex());
    }
}
