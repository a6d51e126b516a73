package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.Streams;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Scope;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.StreamState;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/streams} and {@code GET /v1/streams/{stream}}, as this node has applied them. */
final class StreamEndpoints {

    private final AppliedState state;
    private final ReaderPool readers;

    StreamEndpoints(AppliedState state, ReaderPool readers) {
        this.state = state;
        this.readers = readers;
    }

    Endpoint all() {
        return this::list;
    }

    Endpoint one() {
        return this::describe;
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

    private static void write(JsonGenerator out, StreamState stream) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", stream.name());
        out.writeStringField("earliest", Offsets.format(stream.earliest()));
        out.writeStringField("latest", Offsets.format(stream.end()));
        out.writeNumberField("events", stream.end() - stream.earliest());
        out.writeNumberField("bytes", stream.bytes());
        // Nothing is trimmed before retention can be configured.
        out.writeNullField("retention");
        out.writeEndObject();
    }
}
