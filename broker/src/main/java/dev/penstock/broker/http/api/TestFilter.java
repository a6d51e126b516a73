package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.FilterTrial;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.storage.model.GroupConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/filters/test}: what a filter would let through of the newest events, as this node has them. */
final class TestFilter implements Endpoint {

    private static final int DEFAULT_EVENTS = 1_000;
    private static final byte[] CLOSE = "]}".getBytes(StandardCharsets.US_ASCII);

    private final FilterRuns runs;
    private final ReaderPool readers;
    private final Grants grants;
    private final String defaultStream;

    TestFilter(FilterRuns runs, ReaderPool readers, Grants grants, String defaultStream) {
        this.runs = runs;
        this.readers = readers;
        this.grants = grants;
        this.defaultStream = defaultStream;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        String stream = GroupNames.checked(members.text("stream").orElse(defaultStream), "stream");
        FilterMembers filter = FilterMembers.of(members);
        int last = (int) members.integer("last", 1, FilterTrial.MAX_EVENTS).orElse(DEFAULT_EVENTS);
        members.end();
        GroupFilter compiled = compiled(filter);
        grants.checkRoom();
        return readers.read(() -> runs.run(stream, compiled, last)).thenApply(result -> render(stream, result));
    }

    private static GroupFilter compiled(FilterMembers filter) {
        GroupConfig usual = GroupConfig.defaults();
        try {
            return GroupFilter.compile(new GroupConfig(
                    usual.visibilityMillis(),
                    usual.maxDeliveries(),
                    usual.ordering(),
                    usual.mode(),
                    filter.tables(),
                    filter.actions(),
                    filter.where()));
        } catch (IllegalArgumentException wrong) {
            throw HttpFailure.invalid(String.valueOf(wrong.getMessage()));
        }
    }

    private static Response render(String stream, FilterTrial.Result result) {
        List<byte[]> body = new ArrayList<>(2 + 2 * result.shown().size());
        StringBuilder text = new StringBuilder("{\"stream\":").append(Json.text(stream));
        text.append(",\"from\":\"").append(Offsets.format(result.from()));
        text.append("\",\"to\":\"").append(Offsets.format(result.to()));
        text.append("\",\"complete\":").append(result.complete());
        text.append(",\"matched\":").append(result.matched());
        text.append(",\"not_matched\":").append(result.notMatched());
        text.append(",\"failed\":").append(result.failed());
        text.append(",\"matches\":[");
        String between = "";
        for (FilterTrial.Shown shown : result.shown()) {
            text.append(between);
            text.append("{\"offset\":\"")
                    .append(Offsets.format(shown.event().offset()))
                    .append('"');
            shown.filterError()
                    .ifPresent(error -> text.append(",\"filter_error\":").append(Json.text(error)));
            text.append(",\"event\":");
            body.add(text.toString().getBytes(StandardCharsets.UTF_8));
            body.add(shown.event().json());
            text.setLength(0);
            text.append('}');
            between = ",";
        }
        body.add(text.toString().getBytes(StandardCharsets.UTF_8));
        body.add(CLOSE);
        return Response.of(200, Response.JSON, body);
    }
}
