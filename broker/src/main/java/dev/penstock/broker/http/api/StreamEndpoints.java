package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.StreamRetention;
import dev.penstock.broker.deliver.Streams;
import dev.penstock.broker.http.Durations;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Scope;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * {@code GET /v1/streams} and {@code GET /v1/streams/{stream}}, as this node has applied them; {@code PATCH
 * /v1/streams/{stream}}: how long events stay.
 */
final class StreamEndpoints {

    /** A hundred years; the machine allows little more. */
    private static final long MAX_AGE_MILLIS = 100L * 365 * 24 * 3_600_000;

    private final AppliedState state;
    private final StreamRetention retention;
    private final ReaderPool readers;

    StreamEndpoints(AppliedState state, StreamRetention retention, ReaderPool readers) {
        this.state = state;
        this.retention = retention;
        this.readers = readers;
    }

    Endpoint all() {
        return this::list;
    }

    Endpoint one() {
        return this::describe;
    }

    Endpoint update() {
        return this::update;
    }

    private CompletableFuture<Response> list(Exchange exchange) {
        exchange.request().onlyQuery();
        return readers.read(() -> {
                    try (MachineView view = state.openView()) {
                        return Json.bytes(out -> {
                            out.writeStartObject();
                            out.writeArrayFieldStart("streams");
                            for (StreamState stream : view.streams()) {
                                if (exchange.identity().may(Scope.READ, stream.name())) {
                                    write(out, stream);
                                }
                            }
                            out.writeEndArray();
                            out.writeEndObject();
                        });
                    }
                })
                .thenApply(body -> Response.of(200, Response.JSON, body));
    }

    private CompletableFuture<Response> describe(Exchange exchange) {
        if (exchange.request().query("offset").isPresent()
                || exchange.request().query("live").isPresent()) {
            throw new HttpFailure(Problem.NOT_FOUND, "streams are not served live yet; read …/events with a wait");
        }
        exchange.request().onlyQuery();
        String name = GroupNames.ofStream(exchange);
        return readers.read(() -> {
                    try (MachineView view = state.openView()) {
                        return Streams.named(name, state, view);
                    }
                })
                .thenApply(stream -> Response.of(200, Response.JSON, Json.bytes(out -> write(out, stream))));
    }

    private CompletableFuture<Response> update(Exchange exchange) {
        exchange.request().onlyQuery();
        String name = GroupNames.ofStream(exchange);
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        if (!members.has("retention")) {
            throw HttpFailure.invalid("the member 'retention' is missing; null keeps everything");
        }
        Retention wanted =
                members.object("retention").map(StreamEndpoints::retention).orElse(Retention.UNLIMITED);
        members.end();
        return retention
                .set(name, wanted)
                .thenApply(set -> Response.of(200, Response.JSON, Json.bytes(out -> write(out, set.stream())))
                        .decidedAt(set.logIndex()));
    }

    /** As a whole: what is not named has no limit. */
    private static Retention retention(JsonMembers members) {
        long age = members.durationMillis("time", MAX_AGE_MILLIS).orElse(0);
        long bytes = members.sizeBytes("bytes").orElse(0);
        long hold = members.sizeBytes("hold_bytes").orElse(0);
        members.end();
        if (age == 0 && bytes == 0) {
            throw HttpFailure.invalid(
                    "expected 'retention.time' or 'retention.bytes' above 0; \"retention\":null keeps everything");
        }
        return new Retention(age, bytes, hold);
    }

    private static void write(JsonGenerator out, StreamState stream) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", stream.name());
        out.writeStringField("earliest", Offsets.format(stream.earliest()));
        out.writeStringField("latest", Offsets.format(stream.end()));
        out.writeNumberField("events", stream.end() - stream.earliest());
        out.writeNumberField("bytes", stream.bytes());
        Retention kept = stream.retention();
        if (kept.isUnlimited()) {
            out.writeNullField("retention");
        } else {
            out.writeObjectFieldStart("retention");
            if (kept.ageMillis() > 0) {
                out.writeStringField("time", Durations.format(kept.ageMillis()));
            }
            if (kept.bytes() > 0) {
                out.writeNumberField("bytes", kept.bytes());
            }
            out.writeNumberField("hold_bytes", kept.holdLimitBytes());
            out.writeEndObject();
        }
        out.writeEndObject();
    }
}
