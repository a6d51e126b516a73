package dev.penstock.broker.http.api;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import java.util.concurrent.CompletableFuture;

/** {@code GET /health/live}, {@code /health/ready} and {@code /health/sources}: 200, or 503 with what is wrong. */
final class HealthEndpoints {

    private final NodeHealth health;
    private final ReaderPool readers;

    HealthEndpoints(NodeHealth health, ReaderPool readers) {
        this.health = health;
        this.readers = readers;
    }

    /** That it answers is the answer. */
    Endpoint live() {
        return exchange -> CompletableFuture.completedFuture(Response.text(200, Response.JSON, "{\"status\":\"ok\"}"));
    }

    Endpoint ready() {
        return exchange -> readers.read(health::ready).thenApply(found -> render("checks", found));
    }

    Endpoint sources() {
        return exchange ->
                readers.read(health::sources).thenCompose(found -> found).thenApply(found -> render("sources", found));
    }

    private static Response render(String member, NodeHealth.Health health) {
        Response answer = Response.of(health.ok() ? 200 : 503, Response.JSON, Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("status", health.ok() ? "ok" : "failing");
            out.writeArrayFieldStart(member);
            for (NodeHealth.Check check : health.checks()) {
                out.writeStartObject();
                out.writeStringField("name", check.name());
                out.writeBooleanField("ok", check.ok());
                out.writeStringField("code", check.code());
                out.writeStringField("detail", check.detail());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }));
        return health.ok() ? answer : answer.with("Retry-After", "1");
    }
}
